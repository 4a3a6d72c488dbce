"""Which address is an article's own, whatever form a feed gives it?

One canonical form for all the forms that lead to one article: wrappers unwrapped, mobile and AMP
forms, tracking and session parameters taken away, what carries the article's id kept. It is for
telling articles apart and is never asked for: readers get the link as it was given.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote

from yarl import URL

from archive.web_address import parse_address

# Parameters that say how a reader came, never which article it is.
_TRACKING = re.compile(
    r"utm\w*|itm_\w+|mtm_\w+|matomo_\w+|pk_\w+|piwik_\w+|hsa_\w+|ns_\w+|sfmc_\w+|fb_\w+|guce_\w+|_hs\w+|__hs\w+"
    r"|__twitter_impression|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|gad_source|yclid|ymclid|_openstat|msclkid"
    r"|twclid|ttclid|li_fat_id|epik|igshid|igsh|mibextid|rdid|mc_cid|mc_eid|mkt_tok|vero_id|oly_\w+_id|trk"
    r"|trkinfo|_ga|_gl|spm|scm|ncid|cmpid|cmp|icid|intcid|wt\.\w+|wt_\w+|at_\w+|ocid|xtor|s_cid|s_kwcid|ef_id"
    r"|smid|ito|soc_src|soc_trk|tsrc|guccounter|hss_channel|rb_clickid|share_from|_|cxrecs_s"
    r"|rss|from_rss|is_from_rss|isrss|feedtype|fromrss|traffic_source|\.tsrc|n_cid|taid|emc|ref_src|ref_url"
    r"|referringsource|replytocom",
    re.IGNORECASE,
)
_SESSION = re.compile(
    r"phpsessid|jsessionid|aspsessionid\w*|asp\.net_sessionid|sessionid|session_id|cfid|cftoken|oscsid|zenid"
    r"|s?essid",
    re.IGNORECASE,
)
# These are often an article's id as well: they go only where their value names a way to come.
_WAYS = re.compile(
    r"ref|referrer|referer|source|src|from|via|partner|mod|medium|channel|campaign|cid", re.IGNORECASE
)
_CAME_BY = re.compile(
    r"rss\w*|\w*[-_]rss|feeds?|atom|feedburner|twitter|x|facebook|fb|telegram|tg|whatsapp|line|kakao\w*|linkedin"
    r"|reddit|instagram|youtube|google\w*|yahoo|bing|naver|daum|newsletter|e?mail|home(?:page)?|front(?:page)?"
    r"|social\w*|share\w*|push|app|android|ios|mobile|amp|web|search|organic|referral|related|sidebar|top|latest",
    re.IGNORECASE,
)
_AMP = {
    "amp": None, "outputtype": {"amp"}, "view": {"amp", "mobile"}, "mode": {"amp"}, "type": {"amp"},
    "output": {"amp"}, "noamp": None, "nonamp": None, "is_amp": None, "amp_markup": None,
    "amp_js_v": None, "amp_gsa": None, "usqp": None, "amp_tf": None, "aoh": None,
    "mobile": {"", "0", "1", "true"}, "print": {"", "1", "true", "yes", "y"},
}  # fmt: skip
_BLOG_POST = re.compile(r"/\d{4}/\d\d/[^/]+\.html$")
_SESSION_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sid)=[^/?;]*|/\([SAXF]\([^/()]*\)\)(?=/)", re.IGNORECASE
)
_AMP_START = re.compile(r"^/amp(?=/.)", re.IGNORECASE)
_AMP_END = re.compile(
    r"(?:/amp(?:\.html?|/index\.html?)?|\.amp(?=\.html?$)|\.amp|_amp(?=\.html?$))/*$", re.IGNORECASE
)
_AMP_INSIDE = re.compile(r"[._]amp(?=\.html?$)", re.IGNORECASE)
_INDEX = re.compile(r"/index\.s?html?$", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:www?\d?|m|mobile|amp|wap|touch)\.(?=[^.]+\.)", re.IGNORECASE)
_MOBILE_INSIDE = re.compile(r"^([a-z-]{2,12})\.(?:m|mobile|amp)\.(?=[^.]+\.[^.]+$)")

# Host, beginning of the path, and the parameter that holds the address within.
_WRAPPERS = (
    (re.compile(r"(?:.*\.)?google\.[a-z.]{2,6}"), "/url", ("url", "q")),
    (re.compile(r"news\.google\.[a-z.]{2,6}"), "/news/url", ("url",)),
    (re.compile(r"news\.google\.[a-z.]{2,6}"), "/news/", ("url",)),
    (re.compile(r"feed(?:proxy\.google|s?\.feedburner|s\.feedblitz)\.com"), "/", ("url", "link", "u")),
    (re.compile(r"(?:www\.)?bing\.com"), "/news/apiclick.aspx", ("url",)),
    (re.compile(r"lm?\.facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:www\.)?facebook\.com"), "/l.php", ("u",)),
    (re.compile(r"(?:cts|go)\.(?:skimresources|redirectingat)\.com"), "/", ("url",)),
    (re.compile(r"(?:www\.)?(?:rss2search|feedsportal)\.com"), "/", ("url",)),
    (re.compile(r"t\.umblr\.com"), "/redirect", ("z",)),
    (re.compile(r"(?:www\.)?youtube\.com"), "/redirect", ("q",)),
)
_AMP_CACHE = re.compile(r"^https?://(?:[\w-]+\.)?cdn\.ampproject\.org/\w{1,3}/(s/)?(.+)$", re.IGNORECASE)
_GOOGLE_AMP = re.compile(r"^https?://(?:www\.)?google\.[a-z.]{2,6}/amp/(s/)?(.+)$", re.IGNORECASE)
_WEB = ("http://", "https://")
# Wrappers within wrappers, and endings behind endings: of a thousand each costs the whole length again.
_TURNS = 32
# Nothing in it to take away but the host's beginning, an index and the slash at the end: most links.
_PLAIN = re.compile(
    r"https?://(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]+)(?P<path>(?:/[a-zA-Z0-9_~-][\w.~-]*)*/?)",
    re.ASCII,
)


# Of links that come again soon: as the GUID of the same entry, and in other feeds of the outlet.
@lru_cache(maxsize=1024)
def canonical_url(link: str) -> str:
    """The one form of an article's address, whatever form a feed gives it.

    https, lower-case host without `www.` or `m.`, no default port, user, fragment, AMP form,
    tracking or session parameter, parameters sorted, no slash at the end. Applied twice it changes
    nothing more. A link that is no web address, or is wrapped more often than anybody does, is returned
    stripped.
    """
    text = link.strip()
    for turn in range(_TURNS):
        simpler = _simpler(text)
        # Where only the scheme is another, nothing else was to be made simpler.
        if simpler in (text, f"https{text[4:]}"):
            return simpler
        # The first turn may lengthen it (https, percent-encoding); what a later one lengthens is
        # wrapped in what it wraps, and would never come to rest.
        if turn and len(simpler) > len(text) and not text.lower().startswith("http:"):
            return simpler
        text = simpler
    return link.strip()


def _simpler(text: str) -> str:
    if not text[:8].lower().startswith(_WEB):
        return text
    plain = _PLAIN.fullmatch(text)
    if plain is not None and "amp" not in text.lower():
        return f"https://{_host(plain['host'])}{_path(plain['path'])}"
    try:
        url = parse_address(text)
        host = url.raw_host
        if not host:
            return text
        return _unwrapped(text, url, host) or _built(url, host)
    except (ValueError, UnicodeError):
        return text


def _unwrapped(text: str, url: URL, host: str) -> str | None:
    """The address that is wrapped in this one; None where there is none."""
    amp = _AMP_CACHE.match(text) or _GOOGLE_AMP.match(text)
    if amp:
        return f"{'https' if amp[1] else 'http'}://{amp[2]}"
    for hosts, path, names in _WRAPPERS:
        if hosts.fullmatch(host) and url.raw_path.startswith(path):
            for name in names:
                target = url.query.get(name, "").strip()
                if target[:8].lower().startswith(_WEB):
                    return target
    return None


def _built(url: URL, host: str) -> str:
    host = _host(host.rstrip(".").lower())
    port = url.explicit_port
    authority = f"[{host}]" if ":" in host else host
    if port is not None and port not in (80, 443):
        authority += f":{port}"
    path = _path(url.raw_path)
    query = _query(url.raw_query_string, path)
    fragment = url.raw_fragment
    return (
        f"https://{authority}{path}"
        + (f"?{query}" if query else "")
        + (f"#{fragment}" if fragment.startswith("!") else "")
    )


def _host(host: str) -> str:
    return _MOBILE_INSIDE.sub(r"\1.", _MOBILE.sub("", host))


def _path(raw: str) -> str:
    path = _SESSION_IN_PATH.sub("", raw)
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
    if "amp" in path.lower():
        path = _AMP_START.sub("", _AMP_INSIDE.sub("", _AMP_END.sub("", path)))
    path = _INDEX.sub("/", path)
    if "%" in path:
        path = _composed(path)
    return path.rstrip("/") or "/"


def _composed(path: str) -> str:
    """Letters with marks as one character each: the same word may be sent as two.

    Part by part, since a %2F within a part is no slash.
    """
    parts = [unquote(part) for part in path.split("/")]
    composed = [unicodedata.normalize("NFC", part) for part in parts]
    if composed == parts or any("\ufffd" in part for part in parts):
        return path
    return "/".join(quote(part, safe=":@!$&'()*+,;=~-._") for part in composed)


def _query(raw: str, path: str) -> str:
    if not raw:
        return ""
    kept = []
    for part in raw.split("&"):
        pair = part.removeprefix("amp;")
        name, _, value = pair.partition("=")
        if pair and not _tells_nothing(unquote(name), unquote(value), path):
            kept.append(pair)
    return "&".join(sorted(kept))


def _tells_nothing(name: str, value: str, path: str) -> bool:
    if not name or _TRACKING.fullmatch(name) or _SESSION.fullmatch(name):
        return True
    if _WAYS.fullmatch(name):
        return not value or _CAME_BY.fullmatch(value) is not None
    lower = name.lower()
    if lower in _AMP:
        values = _AMP[lower]
        return values is None or value.lower() in values
    return lower == "m" and value in ("0", "1") and _BLOG_POST.search(path) is not None
