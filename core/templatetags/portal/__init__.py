"""The components of every page, by what they are for; docs/pages.md shows each with its parameters.

Templates load them all by one name; ``register`` is what Django looks for in a module.
"""

from django import template

from core.templatetags.portal import facts, figures, forms, frames, marks, navigation, states

register = template.Library()
for _module in (marks, navigation, states, facts, forms, figures, frames):
    register.tags |= _module.tags.tags
    register.filters |= _module.tags.filters
