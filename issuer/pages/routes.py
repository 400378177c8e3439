"""Every page of staff under one router; app.py mounts it."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter

from issuer.pages import acts, beginning, checking, document, giving, information, my_documents, statuses, writing

TEMPLATES: Final = Path(__file__).parent / "templates"
STATIC: Final = Path(__file__).parent / "static"

router = APIRouter()
for module in (my_documents, beginning, writing, checking, giving, document, acts, statuses, information):
    router.include_router(module.router)
