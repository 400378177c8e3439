"""A wallet that knows nothing of this project takes a document from the link to the last bit of its status."""

from tests.issuer.world import World


def test_a_strangers_wallet_receives_a_credential(world: World) -> None:
    made = world.offer()
    wallet = world.wallet()
    credential = wallet.receive(made.offer_uri, made.tx_code)
    assert credential.header["typ"] == "dc+sd-jwt"
    assert credential.payload["vct"] == "https://tyypit.example/tyokyky/lausuntopalaute/1"
    assert credential.disclosed["work_ability"] == "limited_tasks"
    assert credential.disclosed["document_id"] == made.document_id
    assert credential.payload["issuing_authority"] == "Esimerkkilän hyvinvointialue"
    assert len(credential.payload["_sd"]) == 25
    assert "iss" not in credential.payload
    assert wallet.status(credential) == 0
    seen = world.view(made.document_id)
    assert (seen.state, len(seen.copies)) == ("received", 1)
