"""`wallet receive URI|IMAGE|PDF`: an offer to a stored credential, with the person deciding twice.

First whether the offer is fetched at all, then, once everything has been checked, whether the credential is stored.
"""

from typing import TYPE_CHECKING, Final

import click

from wallet_cli import inputs, labels
from wallet_cli.command_line import Argument, Command, FileName, Option
from wallet_cli.commands.list import summary
from wallet_cli.contents import Contents, HeldCredential, HistoryEntry, PendingIssuance
from wallet_cli.errors import Exit, WalletError
from wallet_cli.inputs import Code
from wallet_cli.invocation import Invocation
from wallet_cli.terminal import shown

if TYPE_CHECKING:
    from openid4vc.vci.credential import CredentialResponse
    from openid4vc.vci.credential_offer import OfferByReference, OfferByValue, TxCode
    from openid4vc.vci.metadata import CredentialConfiguration
    from openid4vc.vci.notification import Event
    from wallet_cli.receiving import KnownIssuer, Received, Receiving
    from wallet_cli.vault import Vault

# No offer lives longer (60 days at most), so no key of a lost answer has to.
_PENDING_LIFE: Final = 60 * 86400


def receive(invocation: Invocation, given: str, tx_code_file: str | None, yes: bool) -> int:
    """One offer, from the code to the vault; the exit code."""
    if not yes and not invocation.terminal.interactive:
        raise WalletError("terminal_needed", flag="--yes")
    code = inputs.offer_among(inputs.codes_in(given))
    from openid4vc.trust.certificates import Role
    from openid4vc.vci import credential_offer
    from wallet_cli import receiving, trust

    vault = invocation.open_vault()
    demo = vault.contents.settings.demo
    offered = credential_offer.parse_uri(code.text, allow_loopback_http=demo)
    offer_id = receiving.offer_fingerprint(offered)
    held = [credential for credential in vault.contents.credentials if credential.offer == offer_id]
    if held:
        _say_already(invocation, held)
        return Exit.DONE
    if not yes and not _may_fetch(invocation, code):
        return _declined(invocation, "receive.not_fetched")
    folder = trust.load(invocation, Role.ISSUER, Role.ACCESS)
    with trust.connect(invocation, folder, demo=demo) as network:
        flow = receiving.Receiving(network, folder, invocation.now)
        errand = _Errand(invocation, vault, flow, offer_id, tx_code_file, yes)
        return errand.run(offered)


class _Errand:
    """What one run of `receive` carries through its steps."""

    def __init__(
        self,
        invocation: Invocation,
        vault: "Vault",
        flow: "Receiving",
        offer_id: str,
        tx_code_file: str | None,
        yes: bool,
    ) -> None:
        self._invocation = invocation
        self._vault = vault
        self._flow = flow
        self._offer_id = offer_id
        self._tx_code_file = tx_code_file
        self._yes = yes

    def run(self, offered: "OfferByValue | OfferByReference") -> int:
        """Every credential of the offer, one after the other."""
        issuer, pendings = self._resumed() or self._redeemed(offered)
        stored = [self._take(issuer, pending) for pending in pendings]
        if not all(stored):
            return _declined(self._invocation, "receive.declined")
        if self._invocation.json:
            credentials = [summary(self._invocation, held) for held in stored if held is not None]
            self._invocation.print_json({"already": False, "credentials": credentials})
        return Exit.DONE

    def _resumed(self) -> "tuple[KnownIssuer, list[PendingIssuance]] | None":
        """An earlier run whose answer was lost: the same keys and token, while the token lives."""
        now = self._invocation.now()
        kept = self._own_pending()
        if not kept or any(pending.token_until <= now for pending in kept):
            return None
        self._invocation.say(self._invocation.words.text("receive.resumed"))
        issuer = self._flow.know_issuer(kept[0].credential_issuer, [pending.configuration_id for pending in kept])
        self._check_nonces(issuer)
        self._introduce(issuer)
        return issuer, kept

    def _redeemed(self, offered: "OfferByValue | OfferByReference") -> "tuple[KnownIssuer, list[PendingIssuance]]":
        """Fetch the offer, know its issuer, ask for the code, get the token; keys go into the vault last."""
        from openid4vc.errors import IssuanceError

        try:
            offer = self._flow.fetch_offer(offered)
            issuer = self._flow.know_issuer(offer.credential_issuer, offer.credential_configuration_ids)
            self._check_nonces(issuer)
            self._introduce(issuer)
            tx_code = None if offer.tx_code is None else self._tx_code(offer.tx_code)
            granted = self._flow.redeem(offer, issuer.metadata, tx_code)
        except IssuanceError as error:
            if error.code in ("offer_used", "offer_expired", "offer_not_found"):
                self._forget()
            raise
        kept = {
            pending.configuration_id: pending.key
            for pending in self._vault.contents.pending
            if pending.offer == self._offer_id
        }
        pendings = []
        for configuration in issuer.configurations:
            pending = self._flow.begin(self._offer_id, issuer.metadata, configuration, granted)
            # The issuer gives the same document again to the same key, and to no other.
            pending.key = kept.get(configuration.id, pending.key)
            pendings.append(pending)

        def keep(contents: Contents) -> None:
            oldest = self._invocation.now() - _PENDING_LIFE
            others = [kept for kept in contents.pending if kept.offer != self._offer_id and kept.started > oldest]
            contents.pending = [*others, *pendings]
            name = issuer.metadata.credential_issuer
            if issuer.metadata.nonce_endpoint is not None and name not in contents.nonce_issuers:
                contents.nonce_issuers.append(name)

        self._invocation.change(self._vault, keep)
        self._invocation.crash_point("issuance.key_stored")
        return issuer, pendings

    def _check_nonces(self, issuer: "KnownIssuer") -> None:
        """An issuer may want no nonces (§12.2.4); one that had a nonce endpoint before does not lose it."""
        from openid4vc.errors import IssuanceError

        known = self._vault.contents.nonce_issuers
        if issuer.metadata.nonce_endpoint is None and issuer.metadata.credential_issuer in known:
            raise IssuanceError("nonce_missing")

    def _introduce(self, issuer: "KnownIssuer") -> None:
        """Who offers what; shown before the person types any code."""
        if self._invocation.json:
            return
        words, screen = self._invocation.words, self._invocation.terminal.talk
        screen.line()
        screen.title(words.text("receive.title"))
        screen.row(words.text("show.issuer"), shown(issuer.trusted.name))
        screen.row("", screen.sign("ok", words.text("receive.trusted")))
        for configuration in issuer.configurations:
            name = labels.own_words(configuration.labels, words, configuration.vct)
            screen.row(words.text("receive.type"), name)

    def _tx_code(self, asked: "TxCode") -> str:
        """The transaction code from its file or the person, blanks out, form checked before a try is spent."""
        invocation = self._invocation
        words = invocation.words
        kind = "tx_code.digits" if asked.input_mode == "numeric" else "tx_code.text"
        form = words.text(f"{kind}.any") if asked.length is None else words.count(kind, asked.length)
        if self._tx_code_file is not None:
            typed = invocation.secrets.read(self._tx_code_file)
        elif invocation.terminal.interactive:
            typed = invocation.terminal.secret(words.text("receive.tx_code", form=form))
        else:
            raise WalletError("tx_code_needed")
        code = "".join(typed.split())
        wrong_length = asked.length is not None and len(code) != asked.length
        # What came as no UTF-8 is not printable either.
        readable = code.isascii() and code.isdigit() if asked.input_mode == "numeric" else code.isprintable()
        if not code or wrong_length or not readable:
            raise WalletError("tx_code_format", form=form)
        return code

    def _take(self, issuer: "KnownIssuer", pending: PendingIssuance) -> HeldCredential | None:
        """Request, check, ask, store, tell the issuer; None when the person did not want it."""
        from openid4vc.errors import IssuanceError, ProtocolError

        configuration = next(found for found in issuer.configurations if found.id == pending.configuration_id)
        try:
            response = self._flow.request(issuer.metadata, pending)
        except IssuanceError as error:
            # The key waits only for an answer that may still come to it.
            if error.code not in ("token_invalid", "nonce_invalid"):
                self._forget()
            raise
        self._invocation.crash_point("issuance.answered")
        try:
            received = self._checked(issuer, configuration, pending, response)
        except (ProtocolError, WalletError):
            self._end(issuer, pending, response.notification_id, "credential_failure")
            raise
        if not self._wanted(received):
            self._end(issuer, pending, response.notification_id, "credential_deleted")
            return None
        held = self._store(issuer, received)
        self._flow.notify(issuer.metadata, pending, response.notification_id, "credential_accepted")
        self._say_stored(held, received)
        return held

    def _checked(
        self,
        issuer: "KnownIssuer",
        configuration: "CredentialConfiguration",
        pending: PendingIssuance,
        response: "CredentialResponse",
    ) -> "Received":
        received = self._flow.check(issuer, configuration, pending, response, self._vault.contents.status_lists)
        if received.unannounced and self._yes:
            # Only a person can decide to keep what nobody announced.
            raise WalletError("claims_unannounced", claims=", ".join(shown(name, 60) for name in received.unannounced))
        return received

    def _wanted(self, received: "Received") -> bool:
        if not (self._yes and self._invocation.json):
            self._say_checked(received)
        if self._yes:
            return True
        invocation, words = self._invocation, self._invocation.words
        screen = invocation.terminal.talk
        count = len(received.claims)
        first = words.text("receive.store.first")
        short = words.text("receive.store.choices", first=first)
        choices = invocation.terminal.choices([first]) if screen.plain else short
        while True:
            question = words.count("receive.store", count)
            answer = invocation.terminal.ask(f"{question} {choices}").lower()
            if answer == words.text("prompt.yes"):
                return True
            if answer in ("", words.text("prompt.no")):
                return False
            if answer == words.text("receive.store.show"):
                for path in labels.in_order(received.words, list(received.claims)):
                    value = received.verified.sd_jwt.value_at(path)
                    label = labels.claim_label(received.words, path, words)
                    screen.row(label, labels.claim_value(received.words, path, value, words))
            elif answer == "?":
                screen.paragraph(words.text("receive.store.help"))

    def _say_checked(self, received: "Received") -> None:
        """What was checked, and what was not."""
        words, screen = self._invocation.words, self._invocation.terminal.talk
        checked = "receive.checked.status" if received.state == "valid" else "receive.checked.no_status"
        screen.outcome("ok", words.text(checked))
        if received.state == "unchecked":
            screen.outcome("note", words.text("receive.status_unavailable"))
        if not received.type_checked:
            screen.outcome("note", words.text("receive.type_unchecked"))
        if received.unannounced:
            names = ", ".join(shown(name, 60) for name in received.unannounced)
            screen.outcome("note", words.text("receive.unannounced", claims=names))

    def _store(self, issuer: "KnownIssuer", received: "Received") -> HeldCredential:
        verified, pending, now = received.verified, received.pending, self._invocation.now()

        def keep(contents: Contents) -> HeldCredential:
            held = HeldCredential(
                number=contents.next_number,
                text=verified.sd_jwt.sd_jwt.text,
                key=pending.key,
                vct=verified.vct,
                issuer=verified.issuer.name,
                organization_identifier=verified.certificate.organization_identifier,
                credential_issuer=issuer.metadata.credential_issuer,
                words=received.words,
                disclosure_policy=received.configuration.disclosure_policy,
                nbf=verified.nbf,
                exp=verified.exp,
                state=received.state,
                state_time=received.state_time,
                received=now,
                offer=pending.offer,
                claim_count=len(received.claims),
            )
            contents.next_number += 1
            contents.credentials.append(held)
            contents.pending.remove(next(kept for kept in contents.pending if kept.key == pending.key))
            contents.status_lists.update(received.status_lists)
            contents.add_history(
                HistoryEntry(
                    number=0,
                    time=now,
                    event="received",
                    party=held.issuer,
                    party_id=held.organization_identifier,
                    purpose=None,
                    credentials=[held.number],
                    types=[labels.type_name(held, self._invocation.words)],
                    claims=[],
                    labels=[],
                    reason=None,
                    receipt=None,
                )
            )
            return held

        return self._invocation.change(self._vault, keep)

    def _say_stored(self, held: HeldCredential, received: "Received") -> None:
        if self._invocation.json:
            return
        words, screen = self._invocation.words, self._invocation.terminal.out
        if held.exp is None:
            text = words.text("receive.stored", n=held.number)
        else:
            text = words.text("receive.stored_until", n=held.number, date=words.last_day(held.exp))
        screen.outcome("ok", text)
        screen.next_steps([(f"wallet show {held.number}", words.text("hint.show"))])

    def _end(
        self, issuer: "KnownIssuer", pending: PendingIssuance, notification_id: str | None, event: "Event"
    ) -> None:
        """Not stored: the issuer is told, and the key is kept no longer."""
        self._flow.notify(issuer.metadata, pending, notification_id, event)
        self._forget()

    def _forget(self) -> None:
        def forget(contents: Contents) -> None:
            contents.pending = [pending for pending in contents.pending if pending.offer != self._offer_id]

        if self._own_pending():
            self._invocation.change(self._vault, forget)

    def _own_pending(self) -> list[PendingIssuance]:
        return [pending for pending in self._vault.contents.pending if pending.offer == self._offer_id]


def _may_fetch(invocation: Invocation, code: Code) -> bool:
    """The first question. The service is named in ASCII, so that no look-alike letter can hide in it."""
    words = invocation.words
    host = code.host or ""
    if code.page is None:
        invocation.say(words.text("receive.found.link", host=host))
    else:
        invocation.say(words.text("receive.found.page", n=code.page, host=host))
    return invocation.terminal.confirm("receive.fetch", host=host)


def _declined(invocation: Invocation, sentence: str) -> int:
    screen = invocation.terminal.out
    if invocation.json:
        raise WalletError("declined")
    screen.outcome("none", invocation.words.text(sentence))
    return Exit.REFUSED


def _say_already(invocation: Invocation, held: list[HeldCredential]) -> None:
    words, screen = invocation.words, invocation.terminal.out
    if invocation.json:
        invocation.print_json(
            {"already": True, "credentials": [summary(invocation, credential) for credential in held]}
        )
    for credential in [] if invocation.json else held:
        screen.outcome("none", words.text("receive.already", n=credential.number))


command = Command(
    "receive",
    click.pass_obj(receive),
    [
        Argument(["given"], type=FileName(), metavar="arg.offer"),
        Option(["--tx-code-file"], type=FileName(), metavar="arg.file_or_input", help="help.receive.tx-code-file"),
        Option(["--yes"], is_flag=True, help="help.receive.yes"),
    ],
)
