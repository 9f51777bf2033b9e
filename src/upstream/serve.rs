//! The service of the upstream: it turns a request into a response, a raw reply or a hang.
//!
//! `handlers` finds the behaviour, and `raw_reply` sends what hyper cannot send. Start at [`serve`].

use std::rc::Rc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::upstream::behaviour::{Act, Cut, Fault, RawReply, RetryAfter};
use crate::upstream::connection::ServerConnection;
use crate::upstream::handlers::{Handler, UpstreamState};
use crate::upstream::ledger::OpenRequest;
use crate::upstream::reply::{Content, ReplyBody};
use crate::upstream::table;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Serves one request, and counts it until it ends. Requests for the tally are not counted.
///
/// # Errors
/// The body of the request is incomplete.
pub async fn serve(
    state: Rc<UpstreamState>,
    connection: Rc<ServerConnection>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, hyper::Error> {
    let (head, mut body) = request.into_parts();
    if let Some(answer) = tally_answer(&state, &head) {
        connection.received.forget();
        return Ok(answer.into_response(&head.method, None, &connection));
    }

    let handler = state.handler(&head);
    let mut fields = None;
    if matches!(&handler.behaviour, Ok(behaviour) if matches!(behaviour.act, Act::Echo)) {
        fields = connection.received.take_fields(&head);
    } else {
        connection.received.forget();
    }
    let open_request = state.ledger.enter(handler.host, handler.path);
    // Read the body to its end, because only then does hyper notice that the client disconnects.
    let mut n_bytes = 0;
    while let Some(frame) = body.frame().await {
        n_bytes += frame?.data_ref().map_or(0, Bytes::len);
    }

    match run(&handler, &head, (fields, n_bytes)).await {
        ServeResult::Answer(answer) => Ok(answer.into_response(&head.method, Some(open_request), &connection)),
        ServeResult::Raw(raw_reply) => connection.hand_over(raw_reply, open_request).await,
        ServeResult::Hang => {
            open_request.count_hang();
            std::future::pending().await
        }
    }
}

/// The result of a request.
enum ServeResult {
    Answer(UpstreamAnswer),
    Raw(RawReply),
    Hang,
}

/// A response before it is passed to hyper.
struct UpstreamAnswer {
    status: StatusCode,
    reason: Option<ReasonPhrase>,
    headers: HeaderMap,
    content: Content,
}

/// The header fields of a request to echo, if they are known, and the length of its body.
type Echoed = (Option<Vec<(String, String)>>, usize);

async fn run(handler: &Handler, head: &Parts, echoed: Echoed) -> ServeResult {
    let behaviour = match &handler.behaviour {
        Ok(behaviour) => behaviour,
        Err(refused) => return ServeResult::Answer(UpstreamAnswer::text(refused.status, refused.page())),
    };
    let mut rng = handler.next_rng();
    let delay = behaviour.delay.draw(&mut rng);

    // A limit refuses at once. Only admitted requests wait.
    let mut admission = None;
    if let (Some(gate), Act::Limit { retry_after, .. }) = (&handler.gate, &behaviour.act) {
        match gate.admit(Instant::now()) {
            Ok(free) => admission = Some(free),
            Err(wait) => {
                let answer = UpstreamAnswer::text(StatusCode::TOO_MANY_REQUESTS, "error: above the limit\n");
                return ServeResult::Answer(answer.retry_after(*retry_after, wait));
            }
        }
    }
    if !delay.is_zero() {
        sleep(delay).await;
    }
    drop(admission);

    let plain = |status| match behaviour.bytes {
        Some(n) => UpstreamAnswer::new(status, TEXT, Content::Filler(n)),
        None => UpstreamAnswer::new(status, JSON, Content::Whole(handler.body.clone())),
    };
    let fine = StatusCode::OK;
    ServeResult::Answer(match &behaviour.act {
        Act::Help => UpstreamAnswer::text(fine, table::help()),
        Act::Answer { status, retry_after } => plain(*status).retry_after(*retry_after, Duration::ZERO),
        Act::Flaky { fail, with, retry_after } if rng.f64() < *fail => {
            return failure(handler, *with, *retry_after);
        }
        Act::Flaky { .. } | Act::Limit { .. } | Act::Json { .. } => plain(fine),
        Act::Raw(raw_reply) => return ServeResult::Raw(*raw_reply),
        Act::Hang => return ServeResult::Hang,
        Act::Trickle { bytes, every } => UpstreamAnswer::new(fine, TEXT, Content::trickle(*bytes, *every)),
        Act::Infinite => UpstreamAnswer::new(fine, TEXT, Content::Endless),
        Act::Echo => UpstreamAnswer::json(&Echo::new(head, echoed)),
        Act::Redirect { to, status } => UpstreamAnswer::text(*status, "elsewhere\n").with(LOCATION, to.clone()),
        Act::Headers(headers) => {
            let mut answer = plain(fine);
            // A content type replaces the default. A name that is given twice is sent twice.
            answer.headers.extend(headers.clone());
            answer
        }
        Act::Hostile => hostile(),
    })
}

fn failure(handler: &Handler, with: Fault, retry_after: Option<RetryAfter>) -> ServeResult {
    const CUT: RawReply = RawReply::Close(Some(Cut { after: 100, of: 200 }));
    let status = match with {
        Fault::Status(status) => status,
        Fault::Reset => return ServeResult::Raw(RawReply::Reset(None)),
        Fault::Hang => return ServeResult::Hang,
        Fault::Cut => return ServeResult::Raw(CUT),
        Fault::Mixed => match handler.next_fault(5) {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            1 => StatusCode::SERVICE_UNAVAILABLE,
            2 => StatusCode::TOO_MANY_REQUESTS,
            3 => return ServeResult::Raw(RawReply::Reset(None)),
            _ => return ServeResult::Raw(CUT),
        },
    };
    let default = if status == StatusCode::TOO_MANY_REQUESTS { RetryAfter::Seconds } else { RetryAfter::Absent };
    let answer = UpstreamAnswer::text(status, "error: this request fails on purpose\n");
    ServeResult::Answer(answer.retry_after(retry_after.unwrap_or(default), Duration::ZERO))
}

/// Answers a request for the tally.
fn tally_answer(state: &UpstreamState, head: &Parts) -> Option<UpstreamAnswer> {
    let path = head.uri.path().strip_prefix("/_tally")?;
    let answer = match (path, head.method == Method::POST) {
        ("", false) => UpstreamAnswer::json(&state.ledger.tally()),
        ("/arrivals", false) => UpstreamAnswer::json(&state.ledger.arrivals()),
        ("/reset", true) => {
            state.ledger.reset();
            UpstreamAnswer::text(StatusCode::OK, "counts restarted\n")
        }
        ("/reset", false) => {
            let answer = UpstreamAnswer::text(StatusCode::METHOD_NOT_ALLOWED, "error: use POST to reset\n");
            answer.with(ALLOW, HeaderValue::from_static("POST"))
        }
        ("" | "/arrivals", true) => {
            let answer = UpstreamAnswer::text(StatusCode::METHOD_NOT_ALLOWED, "error: use GET to read\n");
            answer.with(ALLOW, HeaderValue::from_static("GET"))
        }
        _ => return None,
    };
    Some(answer)
}

/// Returns a response with everything that HTTP allows and a terminal might obey.
///
/// That is C1 controls and bidi overrides in the head, and any bytes in the body.
fn hostile() -> UpstreamAnswer {
    const BODY: &[u8] = b"\x1b[2J\x1b[31mred\x1b]0;your title is mine\x07\x1b]52;c;b3duZWQ=\x07\x9b5A\
        \r\nover\x08\x08written \0 \xe2\x80\xae txt.exe \xf0\x9f \xff\xfe\n";
    let mut answer = UpstreamAnswer::new(StatusCode::OK, TEXT, Content::Whole(Bytes::from_static(BODY)));
    answer.reason = Some(ReasonPhrase::from_static(b"\x9b31mfine \xe2\x80\xaegnihton\xc2\x9b2J"));
    for (name, value) in [
        ("x-c1", b"\x9b2J and \xc2\x9b31m".as_slice()),
        ("x-bidi", b"\xe2\x80\xaereversed\xe2\x80\x8b".as_slice()),
        ("x-broken-utf8", b"\xff\xc3(".as_slice()),
        ("set-cookie", b"session=\x9d0;title\x9c".as_slice()),
    ] {
        // Only controls below 0x20 would be refused.
        if let Ok(value) = HeaderValue::from_bytes(value) {
            answer = answer.with(HeaderName::from_static(name), value);
        }
    }
    answer
}

/// A request as it was received.
#[derive(Serialize)]
struct Echo<'a> {
    method: &'a str,
    path: String,
    /// Names and values as they came.
    headers: Vec<(String, String)>,
    body_bytes: usize,
}

impl<'a> Echo<'a> {
    fn new(head: &'a Parts, (fields, body_bytes): Echoed) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            method: head.method.as_str(),
            path: head.uri.to_string(),
            headers: fields
                .unwrap_or_else(|| head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()),
            body_bytes,
        }
    }
}

impl UpstreamAnswer {
    fn new(status: StatusCode, kind: HeaderValue, content: Content) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
        Self { status, reason: None, headers, content }
    }

    fn text(status: StatusCode, text: impl Into<Bytes>) -> Self {
        Self::new(status, TEXT, Content::Whole(text.into()))
    }

    fn json(what: &impl Serialize) -> Self {
        match serde_json::to_vec(what) {
            Ok(json) => Self::new(StatusCode::OK, JSON, Content::Whole(json.into())),
            Err(error) => Self::text(StatusCode::INTERNAL_SERVER_ERROR, format!("error: {error}\n")),
        }
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// Adds the `Retry-After` field (RFC 9110, section 10.2.3). It is never less than the actual wait.
    fn retry_after(self, retry_after: RetryAfter, wait: Duration) -> Self {
        let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        let value = match retry_after {
            RetryAfter::Absent => return self,
            RetryAfter::Seconds => HeaderValue::from(seconds),
            RetryAfter::Fixed(seconds) => HeaderValue::from(seconds),
            RetryAfter::Garbage => HeaderValue::from_static("soon, perhaps"),
            RetryAfter::Date => return self.with(RETRY_AFTER, date_after(seconds)),
        };
        self.with(RETRY_AFTER, value)
    }

    fn into_response(
        self,
        method: &Method,
        open_request: Option<OpenRequest>,
        connection: &ServerConnection,
    ) -> Response<ReplyBody> {
        let reply = ReplyBody::new(self.content, method, self.status, open_request, Rc::clone(&connection.unflushed));
        let mut response = Response::new(reply);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(reason) = self.reason {
            response.extensions_mut().insert(reason);
        }
        response
    }
}

/// Returns the first full second at least this many seconds away, as an HTTP date.
fn date_after(seconds: u64) -> HeaderValue {
    // HTTP dates end with the year 9999, so the wait is at most a year.
    let wait = Duration::from_secs(seconds.min(31_536_000)) + Duration::from_millis(999);
    let date = httpdate::fmt_http_date(SystemTime::now() + wait);
    HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static("soon, perhaps"))
}
