"""Pages of accounts: logging in, registering, what the links of e-mails lead to, one's own account.

The pages hold no data. Their script calls the API with the browser's session, so that there is one way to do each
thing and the secret of a link, which stands behind `#`, goes into no log of pages.
"""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from talentflux.dependencies import open_to_all
from talentflux.web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[open_to_all()])
_MORE = "script-src 'self'; connect-src 'self'; form-action 'self'; "


def _account_page(name: str) -> HTMLResponse:
    return page(f"accounts/{name}.html", more=_MORE)


@router.get("/login")
async def login() -> HTMLResponse:
    """Ask for address and password."""
    return _account_page("login")


@router.get("/register")
async def register() -> HTMLResponse:
    """Open an account, with an organization or as a job seeker."""
    return _account_page("register")


@router.get("/forgot-password")
async def forgot_password() -> HTMLResponse:
    """Ask where to send the link for a new password."""
    return _account_page("forgot-password")


@router.get("/reset-password")
async def reset_password() -> HTMLResponse:
    """Take the new password, with the link of the e-mail."""
    return _account_page("reset-password")


@router.get("/verify-email")
async def verify_email() -> HTMLResponse:
    """Take the password that confirms an address, with the link of the e-mail."""
    return _account_page("verify-email")


@router.get("/change-email")
async def change_email() -> HTMLResponse:
    """Confirm another address, with the link of the e-mail."""
    return _account_page("change-email")


@router.get("/sign-on")
async def sign_on() -> HTMLResponse:
    """Ask for the address that says which organization's identity provider logs in."""
    return _account_page("sign-on")


@router.get("/invitation")
async def invitation() -> HTMLResponse:
    """Show what an invitation offers and let it be accepted, with the link of the e-mail."""
    return _account_page("invitation")


@router.get("/account")
async def account() -> HTMLResponse:
    """Show one's own account: name, organizations, second factor, password, log-ins."""
    return _account_page("account")
