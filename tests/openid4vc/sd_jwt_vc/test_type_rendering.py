"""What a rendering says, member by member; which ones are refused is in tests/vectors/type_metadata."""

from openid4vc.sd_jwt_vc import integrity, type_rendering
from openid4vc.sd_jwt_vc.type_rendering import Logo, Rendering, Resource, Simple, SvgTemplate

PICTURE, DIGEST = "https://types.example/1.png", integrity.of(b"")


def test_the_simple_method_has_pictures_and_colours() -> None:
    simple = {
        "logo": {"uri": PICTURE, "uri#integrity": DIGEST, "alt_text": "An owl"},
        "background_image": {"uri": "data:image/png;base64,AAAA", "uri#integrity": DIGEST},
        "background_color": "#12107c",
        "text_color": "#fff",
    }
    expected = Simple(
        Logo(PICTURE, DIGEST, "An owl"), Resource("data:image/png;base64,AAAA", DIGEST), "#12107c", "#fff"
    )
    assert type_rendering.parse({"simple": simple}) == Rendering(expected, ())
    assert type_rendering.parse({"simple": {}}) == Rendering(Simple(None, None, None, None), ())
    bare = {"logo": {"uri": PICTURE}, "background_image": {"uri": PICTURE}}
    pictures = Simple(Logo(PICTURE, None, None), Resource(PICTURE, None), None, None)
    assert type_rendering.parse({"simple": bare}) == Rendering(pictures, ())


def test_templates_say_what_they_were_drawn_for() -> None:
    properties = {"orientation": "portrait", "color_scheme": "dark", "contrast": "normal"}
    templates = [
        {"uri": PICTURE, "uri#integrity": DIGEST, "properties": properties},
        *({"uri": PICTURE, "properties": {name: value}} for name, value in properties.items()),
    ]
    assert type_rendering.parse({"svg_templates": templates}) == Rendering(
        None,
        (
            SvgTemplate(PICTURE, DIGEST, "portrait", "dark", "normal"),
            SvgTemplate(PICTURE, None, "portrait", None, None),
            SvgTemplate(PICTURE, None, None, "dark", None),
            SvgTemplate(PICTURE, None, None, None, "normal"),
        ),
    )


def test_one_template_alone_needs_no_properties() -> None:
    alone = Rendering(None, (SvgTemplate(PICTURE, None, None, None, None),))
    assert type_rendering.parse({"svg_templates": [{"uri": PICTURE}]}) == alone


def test_other_methods_and_no_method_are_nothing() -> None:
    assert type_rendering.parse({}) == type_rendering.parse({"hologram": {}}) == Rendering(None, ())
