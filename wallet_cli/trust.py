"""The wallet's trust folder and its connections, opened when a command needs them."""

from openid4vc.trust import folder
from openid4vc.trust.certificates import Role
from openid4vc.trust.folder import TrustFolder
from wallet_cli.errors import WalletError
from wallet_cli.invocation import Invocation
from wallet_cli.network import Network
from wallet_cli.terminal import shown


def load(invocation: Invocation, *required: Role) -> TrustFolder:
    """`WALLET_HOME/trust`, whole: TrustError `trust_list_*`, `trust_anchors_missing` for a required role."""
    return folder.load(invocation.home / "trust", required=required, now=invocation.now(), previous=None)


def connect(invocation: Invocation, trust: TrustFolder, *, demo: bool) -> Network:
    """Connections under the policy that was decided at init; `tls/` anchors are believed beside the system's."""

    def waiting(host: str) -> None:
        invocation.say(invocation.words.text("waiting", host=shown(host)))

    anchors = [certificate.der for certificate in trust.anchors[Role.TLS]]
    try:
        return Network(demo=demo, egress=invocation.egress(), tls_anchors=anchors, waiting=waiting)
    except ValueError:
        raise WalletError("test_setting", name="WALLET_EGRESS_MAP") from None
