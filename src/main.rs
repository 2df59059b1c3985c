//! The `ctisim` program.

/// What the program asks for is counted, so that it ends with a message where there is no more.
#[global_allocator]
static HEAP: ctisim::cli::Heap = ctisim::cli::Heap;

fn main() -> std::process::ExitCode {
    ctisim::cli::main()
}
