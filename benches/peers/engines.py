"""The engines in Python on the models of src/models.rs, in seconds.

    engines.py ENGINE MODEL UNITS ROUND

prints the line of JSON that `peers measure` prints. Measured values are kept in a list while the clock runs, and batch
means are computed afterwards.
"""

import json
import random
import sys
import time
from collections import deque

import ciw
import simpy

BATCHES = 21  # the first is the warm-up and discarded

QUEUES = {"mm1": (1, 0.8), "mm50": (50, 0.9)}
# The telephone model: see src/models.rs.
INTERARRIVAL, SET_UP, HOP, WORKERS, DECISION, PORTS, TALK = 0.1, 0.01, 0.005, 8, 0.64, 200, 20.0


def batches(values):
    size = len(values) // BATCHES
    return [sum(values[i * size : (i + 1) * size]) / size for i in range(1, BATCHES)]


def gaps(instants):
    return batches([later - earlier for earlier, later in zip([0.0] + instants, instants)])


class Callbacks:
    """SimPy in its leanest form: a timeout that calls a function."""

    def __init__(self):
        self.env = simpy.Environment()

    def after(self, delay, call, value=None):
        simpy.Timeout(self.env, delay, value).callbacks.append(call)

    def queue(self, servers, load, customers):
        env, after, draw = self.env, self.after, random.expovariate
        rate = servers * load
        idle, to_come = servers, customers
        waiting, waits = deque(), []

        def arrival(_):
            nonlocal idle, to_come
            if idle:
                idle -= 1
                waits.append(0.0)
                after(draw(1.0), departure)
            else:
                waiting.append(env.now)
            to_come -= 1
            if to_come:
                after(draw(rate), arrival)

        def departure(_):
            nonlocal idle
            if waiting:
                waits.append(env.now - waiting.popleft())
                after(draw(1.0), departure)
            else:
                idle += 1

        after(draw(rate), arrival)
        return env.run, lambda: {"wait": batches(waits)}

    def hold(self, pending, holds):
        env, after, draw = self.env, self.after, random.expovariate
        instants, over = [], env.event()

        def held(_):
            instants.append(env.now)
            if len(instants) == holds:
                over.succeed()
            after(draw(1.0), held)

        for _ in range(pending):
            after(draw(1.0), held)
        return lambda: env.run(over), lambda: {"gap": gaps(instants)}

    def telephone(self, calls):
        env, after, draw = self.env, self.after, random.expovariate
        to_come, ingress, workers, ports = calls, 1, WORKERS, PORTS
        at_ingress, at_application = deque(), deque()
        set_up_waits, decision_waits, blocked = [], [], []

        def offered(_):
            nonlocal to_come, ingress
            if ingress:
                ingress -= 1
                set_up_waits.append(0.0)
                after(SET_UP, set_up)
            else:
                at_ingress.append(env.now)
            to_come -= 1
            if to_come:
                after(draw(1 / INTERARRIVAL), offered)

        def set_up(_):
            nonlocal ingress
            if at_ingress:
                set_up_waits.append(env.now - at_ingress.popleft())
                after(SET_UP, set_up)
            else:
                ingress += 1
            after(HOP, presented)

        def presented(_):
            nonlocal workers
            if workers:
                workers -= 1
                decision_waits.append(0.0)
                after(draw(1 / DECISION), decided)
            else:
                at_application.append(env.now)

        def decided(_):
            nonlocal workers, ports
            if at_application:
                decision_waits.append(env.now - at_application.popleft())
                after(draw(1 / DECISION), decided)
            else:
                workers += 1
            blocked.append(not ports)
            if ports:
                ports -= 1
                after(draw(1 / TALK), released)

        def released(_):
            nonlocal ports
            ports += 1

        after(draw(1 / INTERARRIVAL), offered)
        return env.run, lambda: telephone_measured(set_up_waits, decision_waits, blocked)


class Processes:
    """SimPy as in its tutorial: a process for each customer, resources for what they wait for."""

    def __init__(self):
        self.env = simpy.Environment()

    def queue(self, servers, load, customers):
        env, draw = self.env, random.expovariate
        resource, waits = simpy.Resource(env, servers), []

        def customer():
            came = env.now
            with resource.request() as turn:
                yield turn
                waits.append(env.now - came)
                yield env.timeout(draw(1.0))

        def source():
            for _ in range(customers):
                yield env.timeout(draw(servers * load))
                env.process(customer())

        env.process(source())
        return env.run, lambda: {"wait": batches(waits)}

    def hold(self, pending, holds):
        env, draw = self.env, random.expovariate
        instants, over = [], env.event()

        def held():
            while True:
                yield env.timeout(draw(1.0))
                instants.append(env.now)
                if len(instants) == holds:
                    over.succeed()

        for _ in range(pending):
            env.process(held())
        env.run(until=1e-9)  # each process starts with an event of its own
        return lambda: env.run(over), lambda: {"gap": gaps(instants)}

    def telephone(self, calls):
        env, draw = self.env, random.expovariate
        ingress, workers, ports = (simpy.Resource(env, servers) for servers in (1, WORKERS, PORTS))
        set_up_waits, decision_waits, blocked = [], [], []

        def call():
            since = env.now
            with ingress.request() as turn:
                yield turn
                set_up_waits.append(env.now - since)
                yield env.timeout(SET_UP)
            yield env.timeout(HOP)
            since = env.now
            with workers.request() as turn:
                yield turn
                decision_waits.append(env.now - since)
                yield env.timeout(draw(1 / DECISION))
            taken = ports.count == PORTS
            blocked.append(taken)
            if not taken:
                with ports.request() as port:
                    yield port
                    yield env.timeout(draw(1 / TALK))

        def source():
            for _ in range(calls):
                yield env.timeout(draw(1 / INTERARRIVAL))
                env.process(call())

        env.process(source())
        return env.run, lambda: telephone_measured(set_up_waits, decision_waits, blocked)


class PortOrLeave(ciw.routing.NodeRouting):
    """To the ports if one is free, or else out: Ciw itself would let the call wait where it is."""

    def __init__(self, blocked):
        super().__init__()
        self.blocked = blocked

    def next_node(self, individual):
        ports = self.simulation.nodes[4]
        taken = ports.number_of_individuals == PORTS
        self.blocked.append(taken)
        return self.simulation.nodes[-1] if taken else ports


class Ciw:
    """Ciw: a network of nodes, described rather than programmed. It keeps a record of every customer at every node."""

    def queue(self, servers, load, customers):
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(rate=servers * load)],
            service_distributions=[ciw.dists.Exponential(rate=1.0)],
            number_of_servers=[servers],
        )
        simulation = ciw.Simulation(network)
        waits = lambda: {"wait": batches(node_waits(simulation, 1))}
        return lambda: simulation.simulate_until_max_customers(customers), waits

    def telephone(self, calls):
        blocked = []
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(rate=1 / INTERARRIVAL), None, None, None],
            service_distributions=[
                ciw.dists.Deterministic(value=SET_UP),
                ciw.dists.Deterministic(value=HOP),
                ciw.dists.Exponential(rate=1 / DECISION),
                ciw.dists.Exponential(rate=1 / TALK),
            ],
            number_of_servers=[1, float("inf"), WORKERS, PORTS],
            routing=ciw.routing.NetworkRouting(
                routers=[
                    ciw.routing.Direct(to=2),
                    ciw.routing.Direct(to=3),
                    PortOrLeave(blocked),
                    ciw.routing.Leave(),
                ]
            ),
        )
        simulation = ciw.Simulation(network)
        measured = lambda: telephone_measured(node_waits(simulation, 1), node_waits(simulation, 3), blocked)
        return lambda: simulation.simulate_until_max_customers(calls), measured


def node_waits(simulation, node):
    records = [record for record in simulation.get_all_records() if record.node == node]
    return [record.waiting_time for record in sorted(records, key=lambda record: record.service_start_date)]


def telephone_measured(set_up_waits, decision_waits, blocked):
    return {
        "set-up wait": batches(set_up_waits),
        "decision wait": batches(decision_waits),
        "blocked": batches(blocked),
    }


ENGINES = {
    "SimPy, callbacks": (Callbacks, f"SimPy {simpy.__version__}"),
    "SimPy, processes": (Processes, f"SimPy {simpy.__version__}"),
    "Ciw": (Ciw, f"Ciw {ciw.__version__}"),
}


def main():
    engine_name, model, units, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    random.seed(seed)
    ciw.seed(seed)
    make, version = ENGINES[engine_name]
    engine = make()
    if model in QUEUES:
        run, measured = engine.queue(*QUEUES[model], units)
    elif model.startswith("hold-"):
        run, measured = engine.hold(int(model.removeprefix("hold-")), units)
    else:
        run, measured = engine.telephone(units)

    start = time.process_time()
    run()
    seconds = time.process_time() - start

    python = "Python " + ".".join(map(str, sys.version_info[:3]))
    result = {"engine": engine_name, "model": model, "version": f"{version} on {python}", "units": units}
    print(json.dumps(result | {"seconds": seconds, "round": seed, "measured": measured()}))


main()
