//! The `ctisim` program.

fn main() -> std::process::ExitCode {
    ctisim::cli::main()
}
