"""The whole journey, as a person would want to read it: doctor, paper, wallet, official.

Runs the real commands against the real services on loopback, prints each command and what it says, and writes both
to a transcript that can be replayed by copy and paste. `DEMO_LANG=fi|sv|en` chooses the language. Everything lies in
build/demo, which is made anew.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from examples import services, terminal
from examples.journey_words import LANGUAGES, words

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "demo"
RULE = "─" * 80


class Journey:
    """One run: where its files lie, what it says, and the transcript of what it did."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = words(language)
        # Yes, and change, as the wallet takes them in this language.
        self.yes, self.change = {"fi": ("k", "v"), "sv": ("j", "b"), "en": ("y", "c")}[language]
        if FOLDER.exists():
            shutil.rmtree(FOLDER)
        FOLDER.mkdir(parents=True)
        self.ports = services.reserve_port(), services.reserve_port()
        self.environment = services.environment(
            FOLDER.relative_to(ROOT),
            issuer_url=f"http://127.0.0.1:{self.ports[0]}",
            verifier_url=f"http://127.0.0.1:{self.ports[1]}",
        )
        # A passphrase for a wallet that is thrown away; a real one is asked for at the terminal.
        self.environment["WALLET_PASSPHRASE"] = "harjoituksen tunnuslause"
        self.environment["WALLET_LANG"] = self.environment["TODISTE_LANG"] = language
        # A wallet tells times as its owner's computer has them; this owner is in Finland, as the official is.
        self.environment["TZ"] = "Europe/Helsinki"
        self.transcript = (FOLDER / "transcript.txt").open("w", encoding="utf-8")
        self.step = 0

    # What is seen, and kept

    def say(self, text: str = "") -> None:
        print(text, flush=True)

    def note(self, text: str) -> None:
        for line in text.splitlines() or [""]:
            self.transcript.write(f"# {line}".rstrip() + "\n")
        self.transcript.flush()

    def heading(self, identifier: str) -> None:
        self.step += 1
        title = f"{self.step}  {self.words[identifier]}"
        self.say(f"\n{RULE}\n{title}\n{RULE}")
        self.transcript.write("\n")
        self.note(title)

    # What is run

    def run(self, command: str, *, expect: int = 0, shown: bool = True) -> str:
        """Run a command as it stands in the transcript; print it and what it says; return its standard output."""
        self.say(f"\n$ {command}")
        self.transcript.write(command + "\n")
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        said = (done.stderr + done.stdout).rstrip()
        if shown and said:
            self.say(said)
        self.note(said)
        self.check(command, done.returncode, expect)
        return done.stdout

    def ask(self, command: str, answers: Sequence[str], *, expect: int = 0) -> str:
        """As `run`, at a terminal, answering what it asks."""
        self.say(f"\n$ {command}")
        self.transcript.write(command + "\n")
        done = terminal.run(command, environment=self.environment, answers=answers)
        self.note(done.output)
        self.check(command, done.code, expect)
        return done.output

    def check(self, command: str, code: int, expect: int) -> None:
        if code != expect:
            self.say(f"\n{self.words['failed']}: {command}\n{self.words['expected']} {expect}, {code}")
            self.stop()
            sys.exit(1)

    # The cast

    def offer(self, kind: str, case: str, organisation: str, file: str, *, sheet: str | None = None) -> str:
        """Issue a document of the packaged case; its number. The offer is kept in a file, as an office would."""
        paper = f" --pdf {self.path(sheet)} --lang {self.language}" if sheet else ""
        answer = self.run(
            f"issuer offer {kind} --sample {case} --organisation {organisation}{paper} --json > {self.path(file)}"
            f" && cat {self.path(file)}"
        )
        return str(json.loads(answer)["document_id"])

    def path(self, name: str) -> str:
        return shlex.quote(str((FOLDER / name).relative_to(ROOT)))

    def member(self, file: str, name: str) -> str:
        return str(json.loads((FOLDER / file).read_text("utf-8"))[name])

    def take(self, file: str) -> None:
        """Take an offer into the wallet without questions: the code comes from a file, never from the command line."""
        code = file.replace(".json", ".code")
        self.run(f"{self.reader('tx_code', file)} > {self.path(code)}", shown=False)
        self.run(
            f'wallet receive "$({self.reader("credential_offer_uri", file)})" --tx-code-file {self.path(code)} --yes'
        )

    def reader(self, name: str, file: str) -> str:
        return f"python3 examples/field.py {self.path(file)} {name}"

    def request(self, purpose: str, file: str) -> str:
        self.run(f"verifier request {purpose} --json > {self.path(file)} && cat {self.path(file)}")
        return self.member(file, "id")

    def present(self, file: str, answers: Sequence[str], *, expect: int = 0) -> str:
        return self.ask(f'wallet present "$({self.reader("request_uri", file)})"', answers, expect=expect)

    def verdict(self, request: str, *, language: str | None = None, expect: int = 0) -> str:
        return self.run(f"verifier result {request} --wait 10 --lang {language or self.language}", expect=expect)

    # The journey

    def go(self) -> None:
        self.begin()
        feedback = self.issue_and_receive()
        self.prove_first_purpose()
        self.refuse()
        self.prove_other_purposes()
        self.supersede(feedback)
        self.say(f"\n{RULE}\n{self.words['done']} {self.words['demo']}\n{RULE}")
        self.say(f"{self.words['pdf']}: {FOLDER / 'lausuntopalaute.pdf'}")
        self.say(f"{self.words['transcript']}: {FOLDER / 'transcript.txt'}")

    def begin(self) -> None:
        """Trust, an installation of each of the three, and the two services."""
        self.say(f"{self.words['title']}\n{self.words['demo']}")
        self.note(self.words["title"])
        self.note(self.words["demo"])
        for name in sorted(self.environment):
            if name == "TZ" or name.startswith(("TODISTE_", "ISSUER_", "VERIFIER_", "WALLET_")):
                self.transcript.write(f"export {name}={shlex.quote(self.environment[name])}\n")

        self.heading("trust")
        self.run("issuer init --organisation O1,O3,O5,O8")
        self.run("verifier init --organisation O2")
        self.run("wallet init --demo")

        self.heading("serving")
        self.services = [
            services.start(name, port=port, environment=self.environment, log=FOLDER / f"{name}.log")
            for name, port in zip(("issuer", "verifier"), self.ports, strict=True)
        ]
        for service in self.services:
            line = f"{service.name} serve --port {service.url.rsplit(':', 1)[1]} &"
            self.say(f"$ {line}\n{service.url}")
            self.transcript.write(line + "\n")

    def issue_and_receive(self) -> str:
        """Three documents of case C1, on paper and on screen, into the wallet; the number of the statement feedback."""
        self.heading("issued")
        feedback = self.offer("lausuntopalaute", "C1", "O1", "feedback.json", sheet="lausuntopalaute.pdf")
        self.offer("laakarinlausunto-b", "C1", "O1", "statement.json")
        self.offer("pid", "C1", "O8", "pid.json")

        self.heading("before_after")
        self.before_and_after()

        self.heading("sheet")
        self.run(f"ls -l {self.path('lausuntopalaute.pdf')}")

        self.heading("receive")
        code = self.member("feedback.json", "tx_code")
        self.ask(f"wallet receive {self.path('lausuntopalaute.pdf')}", [self.yes, code, self.yes])
        self.take("pid.json")
        self.take("statement.json")
        self.run("wallet list")
        return feedback

    def prove_first_purpose(self) -> None:
        """P1 from the feedback, with the verdict in two languages, and again from the statement."""
        self.heading("request")
        first = self.request("P1", "request-1.json")
        self.present("request-1.json", [self.yes])

        self.heading("verdict")
        self.verdict(first)
        self.say()
        self.heading("verdict_sv")
        self.verdict(first, language="sv")

        self.heading("from_statement")
        second = self.request("P1", "request-2.json")
        self.present("request-2.json", [self.change, self.yes])
        self.verdict(second)

    def refuse(self) -> None:
        """Three times no: the person's, the registrar's and the wallet's."""
        self.heading("refuse")
        request = self.request("P1", "request-3.json")
        self.present("request-3.json", [""], expect=1)
        self.verdict(request, expect=1)

        self.heading("x1")
        self.refused_purpose()

        self.heading("lying")
        self.lying_verifier()

    def prove_other_purposes(self) -> None:
        """P5 from a self-assessment, and P4 by another person from another wallet; then what the wallet remembers."""
        self.heading("p5")
        self.offer("itsearvio", "C1", "O5", "assessment.json")
        self.take("assessment.json")
        fifth = self.request("P5", "request-5.json")
        self.present("request-5.json", [self.yes])
        self.verdict(fifth)

        self.heading("p4")
        home = self.environment["WALLET_HOME"]
        self.move_to(FOLDER / "wallet-pekka")
        self.run("wallet init --demo")
        self.offer("pid", "C5", "O8", "pid-pekka.json")
        self.offer("elakepaatos", "C5", "O3", "pension.json")
        self.take("pid-pekka.json")
        self.take("pension.json")
        fourth = self.request("P4", "request-4.json")
        self.present("request-4.json", [self.yes])
        self.verdict(fourth)
        self.move_to(ROOT / home)

        self.heading("history")
        self.run("wallet history")

    def supersede(self, feedback: str) -> None:
        """The doctor puts a new statement in the place of the old one."""
        self.heading("superseded")
        new = self.offer("lausuntopalaute", "C1", "O1", "feedback-2.json")
        self.run(f"issuer status {feedback} superseded --by {new} --reason wrong_content")
        last = self.request("P1", "request-6.json")
        # The wallet asks no issuer while it presents, so it does not know yet; the official's verdict says it.
        self.present("request-6.json", [self.yes])
        self.verdict(last, expect=1)

        self.heading("check")
        self.run("wallet check", expect=1)

    def move_to(self, home: Path) -> None:
        value = str(home.relative_to(ROOT))
        self.environment["WALLET_HOME"] = value
        self.transcript.write(f"export WALLET_HOME={shlex.quote(value)}\n")

    def before_and_after(self) -> None:
        """One picture of text: two columns, what is too much and too little, and what is told now."""
        word = self.words
        before = [
            *[f"✗ {word[name]} ({word['too_much']})" for name in ("b_diagnosis", "b_history", "b_unit")],
            f"– {word['b_meaning']} ({word['too_little']})",
        ]
        now = [f"✓ {line}" for line in self.purpose_lines()] + [f"✗ {word['a_never']} ({word['never']})"]
        self.say(f"\n  {word['before']}")
        for line in before:
            self.say(f"    {line}")
        self.say(f"\n  {word['after']}")
        for line in now:
            self.say(f"    {line}")

    def purpose_lines(self) -> list[str]:
        """What the office will read of the sample, by the one function that also makes sheet and verdict."""
        from datetime import UTC, datetime

        from credential_schemas import purposes, rendering, types

        kind = types.load_types()["lausuntopalaute"]
        claims = types.sample(kind, "C1", datetime.now(UTC).date())
        purpose = purposes.load_purposes()["P1"]
        lines = rendering.lines(kind, claims, language=self.language, audience="official", purpose=purpose)
        return [f"{line.label}: {line.value}" for line in lines]

    def refused_purpose(self) -> None:
        self.run("verifier keys register credential_schemas/purposes/refused/X1.json", expect=1)

    def lying_verifier(self) -> None:
        port = services.reserve_port()
        process = subprocess.Popen(
            [sys.executable, "examples/lying_verifier.py", "--port", str(port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        if process.stdout is None:
            raise RuntimeError("no output from the lying verifier")
        line = f"python3 examples/lying_verifier.py --port {port} &"
        self.say(f"\n$ {line}")
        self.transcript.write(line + "\n")
        try:
            uri = process.stdout.readline().strip()
            self.say(uri)
            self.ask(f"wallet present {shlex.quote(uri)}", [""], expect=1)
        finally:
            process.terminate()
            process.wait(10)

    def stop(self) -> None:
        for service in getattr(self, "services", []):
            service.stop()
        self.transcript.close()


def main() -> None:
    language = os.environ.get("DEMO_LANG", "en")
    journey = Journey(language if language in LANGUAGES else "en")
    try:
        journey.go()
    finally:
        journey.stop()


if __name__ == "__main__":
    main()
