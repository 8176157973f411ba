"""The harness itself: a real portal, a real browser."""


def test_live_portal_answers_the_sign_in_page(page, axe, shoot):
    page.goto("/account/login/")

    assert page.locator("form").count() >= 1
    axe(page)
    shoot(page, "sign-in")
