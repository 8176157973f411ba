"""The first look at a fault in a function: its code is swapped inside a fork, tests collected.

One process imports the code and collects the tests of the statistics once. Each fork gets the
faulty code into the functions that exist already and runs the tests, those first that noticed most
faults of this file so far. Constants, defaults and the bodies of classes need the module imported
anew.
"""

import ast
import importlib
import os
import resource
import sys
import time
from collections import Counter
from types import CodeType, FunctionType

from benchmarks.mutants.faults import ROOT, faults, planted, without_types

PATIENCE = 10
MEMORY = 6 << 30
UNTAKEN = 3


def in_functions(path):
    """Numbers of the faults that lie in the body of a function."""
    tree = without_types(ast.parse((ROOT / path).read_text()))
    bodies = [
        (one.body[0].lineno, one.end_lineno)
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef)
    ]
    return {
        number
        for number, (line, _) in enumerate(faults(tree))
        if any(first <= line <= last for first, last in bodies)
    }


def codes_of(text, name):
    """The code of every function in ``text`` by its qualified name."""
    found, pending = {}, [compile(text, name, "exec")]
    while pending:
        code = pending.pop()
        found[code.co_qualname] = code
        pending += [part for part in code.co_consts if isinstance(part, CodeType)]
    return found


def swap_code(module, text, plain):
    """Put what differs between ``text`` and ``plain`` into the functions of ``module``.

    False where no function took it: closures, wrapped functions, code that ran at import.
    """
    fresh, known = codes_of(text, module.__file__), codes_of(plain, module.__file__)
    taken = False
    for function in functions_of(vars(module), module.__name__):
        name = function.__code__.co_qualname
        code = fresh.get(name)
        if code is None or code == known.get(name):
            continue
        if code.co_freevars == function.__code__.co_freevars:
            function.__code__ = code
            taken = True
    return taken


def functions_of(namespace, module):
    for value in list(namespace.values()):
        function = value.fget if isinstance(value, property) else value
        if isinstance(function, FunctionType) and function.__module__ == module:
            yield function
        elif isinstance(value, type) and value.__module__ == module:
            yield from functions_of(vars(value), module)


class Trier:
    """A pytest plugin that runs the collected tests once for each fault instead of once."""

    def __init__(self, places, jobs, told):
        self.places, self.jobs, self.told = places, jobs, told
        self.noticed = {path: Counter() for path, _, _ in places}

    def pytest_runtestloop(self, session):
        self.items = sorted(session.items, key=lambda item: item.nodeid)
        self.seconds = [seconds_of(item) for item in self.items]
        # Twice: a test that cannot run again would be taken for one that notices every fault.
        for item in self.items:
            seconds_of(item)
        if session.testsfailed:
            self.told("the tests fail on the code as it is, the first time or the second")
            return True
        self.patience = PATIENCE + int(3 * sum(self.seconds))
        waiting, running = list(reversed(self.places)), {}
        while waiting or running:
            while waiting and len(running) < self.jobs:
                place = waiting.pop()
                reading, writing = os.pipe()
                running[self.forked(place, writing)] = place, reading
                os.close(writing)
            child, status = os.wait()
            place, reading = running.pop(child)
            self.note(place, reading, os.waitstatus_to_exitcode(status))
        return True

    def order(self, place):
        """The tests, most promising first: by their record, the closest file, the quickest."""
        path, tests, _ = place
        record = self.noticed[path]

        def key(number):
            near = self.items[number].nodeid.startswith(tests[0])
            return -record[number], not near, self.seconds[number]

        return sorted(range(len(self.items)), key=key)

    def note(self, place, reading, code):
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        if said:
            self.noticed[place[0]][int(said)] += 1
        elif code in (0, UNTAKEN):
            self.told(place, sure=code == 0)

    def forked(self, place, writing):
        order = self.order(place)
        child = os.fork()
        if child:
            return child
        limit(self.patience)
        code = 1
        try:
            code = self.run(place, order, writing)
        finally:
            os._exit(code)

    def run(self, place, order, writing):
        path, _, number = place
        module = importlib.import_module(".".join(path.with_suffix("").parts))
        plain = ast.unparse(without_types(ast.parse((ROOT / path).read_text())))
        if not swap_code(module, planted(path, number)[0], plain):
            return UNTAKEN
        for number in order:
            seconds_of(self.items[number])
            if self.items[number].session.testsfailed:
                os.write(writing, str(number).encode())
                return 1
        return 0


def seconds_of(item):
    """Run one test; seconds of the processor, as the machine may be busy."""
    begun = time.process_time()
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return time.process_time() - begun


def limit(seconds):
    """A fault may loop for ever or eat all memory: that is noticed too."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def unnoticed(places, jobs, run_tests):
    """Each place no collected test notices, and whether its fault was in the code that ran.

    Runs in a fork of its own, which imports our code.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        numbers = {key_of(place): number for number, place in enumerate(places)}

        def told(place, *, sure=True):
            said = place if isinstance(place, str) else f"{numbers[key_of(place)]} {sure:d}"
            os.write(writing, f"{said}\n".encode())

        run_tests(Trier(places, jobs, told))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        for line in pipe:
            number, _, sure = line.strip().partition(" ")
            if not number.isdigit():
                sys.exit(line.strip())
            yield places[int(number)], sure == "1"
    os.waitpid(child, 0)


def key_of(place):
    return place[0], place[2]
