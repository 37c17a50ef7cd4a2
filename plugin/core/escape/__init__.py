"""Escapes, one module for each reader of text that strangers wrote.

Everything a job, a script or a branch name says may be hostile.  Each function here makes such
text harmless for one reader: a CI host's log, a workflow command, an output file, Markdown on
GitHub.  All are pure; all but ``output_entry`` take any text whatever and never raise.
What the text means, and where it is printed, is not known here.
"""

from plugin.core.escape.card import card_frame, card_text, card_url
from plugin.core.escape.harness import harness_output, harness_room
from plugin.core.escape.log import LOG_LIMIT, clip, log_text, visible
from plugin.core.escape.markdown import (
    markdown_cell,
    markdown_code,
    markdown_fence,
    markdown_text,
)
from plugin.core.escape.mermaid import mermaid_text
from plugin.core.escape.url import link_url
from plugin.core.escape.workflow import output_entry, workflow_data, workflow_property
from plugin.core.escape.xml import xml_block, xml_text

__all__ = [
    "LOG_LIMIT",
    "card_frame",
    "card_text",
    "card_url",
    "clip",
    "harness_output",
    "harness_room",
    "link_url",
    "log_text",
    "markdown_cell",
    "markdown_code",
    "markdown_fence",
    "markdown_text",
    "mermaid_text",
    "output_entry",
    "visible",
    "workflow_data",
    "workflow_property",
    "xml_block",
    "xml_text",
]
