//! Performs behaviours: one request in, one answer out, or none.
//!
//! What a request asks for was read before, by `scene`; what hyper cannot do is handed on to `rough`.
//! Start at [`serve`].

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

use crate::upstream::behaviour::{Act, Cut, Fault, RetryAfter, Rough};
use crate::upstream::books::Flight;
use crate::upstream::connection::Line;
use crate::upstream::reply::{Content, Reply};
use crate::upstream::scene::{Scene, Stage};
use crate::upstream::table;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Answers one request, counting it from now until it is over; requests for the tally are not counted.
///
/// # Errors
/// The request's body broke off.
pub async fn serve(
    stage: Rc<Stage>,
    line: Rc<Line>,
    request: Request<Incoming>,
) -> Result<Response<Reply>, hyper::Error> {
    let (head, mut body) = request.into_parts();
    if let Some(answer) = about_itself(&stage, &head) {
        return Ok(answer.into_response(&head.method, None, &line));
    }

    let scene = stage.scene(&head);
    let flight = stage.books.enter(scene.host, scene.path);
    // Read to its end in any case: only then does hyper notice a client that goes away.
    let mut n_bytes = 0;
    while let Some(frame) = body.frame().await {
        n_bytes += frame?.data_ref().map_or(0, Bytes::len);
    }

    match perform(&scene, &head, n_bytes).await {
        Move::Answer(answer) => Ok(answer.into_response(&head.method, Some(flight), &line)),
        Move::Rough(rough) => line.hand_over(rough, flight).await,
        Move::Hang => {
            flight.hangs();
            std::future::pending().await
        }
    }
}

/// What comes of a request.
enum Move {
    Answer(Answer),
    Rough(Rough),
    Hang,
}

/// An answer, until it becomes hyper's.
struct Answer {
    status: StatusCode,
    reason: Option<ReasonPhrase>,
    headers: HeaderMap,
    content: Content,
}

async fn perform(scene: &Scene, head: &Parts, n_bytes: usize) -> Move {
    let behaviour = match &scene.behaviour {
        Ok(behaviour) => behaviour,
        Err(refused) => return Move::Answer(Answer::text(refused.status, refused.page())),
    };
    let mut rng = scene.perform();
    let delay = behaviour.delay.draw(&mut rng);

    // A limit refuses at once and keeps those waiting that it lets in.
    let mut place = None;
    if let (Some(gate), Act::Limit { retry_after, .. }) = (&scene.gate, &behaviour.act) {
        match gate.admit(Instant::now()) {
            Ok(free) => place = Some(free),
            Err(wait) => {
                let answer = Answer::text(StatusCode::TOO_MANY_REQUESTS, "error: above the limit\n");
                return Move::Answer(answer.retry_after(*retry_after, wait));
            }
        }
    }
    if !delay.is_zero() {
        sleep(delay).await;
    }
    drop(place);

    let plain = |status| match behaviour.bytes {
        Some(n) => Answer::new(status, TEXT, Content::Filler(n)),
        None => Answer::new(status, JSON, Content::Whole(scene.body.clone())),
    };
    let fine = StatusCode::OK;
    Move::Answer(match &behaviour.act {
        Act::Help => Answer::text(fine, table::help()),
        Act::Answer { status, retry_after } => plain(*status).retry_after(*retry_after, Duration::ZERO),
        Act::Flaky { fail, with, retry_after } if rng.f64() < *fail => {
            return failure(scene, *with, *retry_after);
        }
        Act::Flaky { .. } | Act::Limit { .. } | Act::Json { .. } => plain(fine),
        Act::Rough(rough) => return Move::Rough(*rough),
        Act::Hang => return Move::Hang,
        Act::Trickle { bytes, every } => Answer::new(fine, TEXT, Content::trickle(*bytes, *every)),
        Act::Infinite => Answer::new(fine, TEXT, Content::Endless),
        Act::Echo => Answer::json(&Echo::of(head, n_bytes)),
        Act::Redirect { to, status } => Answer::text(*status, "elsewhere\n").with(LOCATION, to.clone()),
        Act::Headers(headers) => {
            let mut answer = plain(fine);
            // A content type goes in place of ours; a name that is asked for twice is sent twice.
            answer.headers.extend(headers.clone());
            answer
        }
        Act::Hostile => hostile(),
    })
}

fn failure(scene: &Scene, with: Fault, retry_after: Option<RetryAfter>) -> Move {
    const CUT: Rough = Rough::Close(Some(Cut { after: 100, of: 200 }));
    let status = match with {
        Fault::Status(status) => status,
        Fault::Reset => return Move::Rough(Rough::Reset(None)),
        Fault::Hang => return Move::Hang,
        Fault::Cut => return Move::Rough(CUT),
        Fault::Mixed => match scene.next_fault(5) {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            1 => StatusCode::SERVICE_UNAVAILABLE,
            2 => StatusCode::TOO_MANY_REQUESTS,
            3 => return Move::Rough(Rough::Reset(None)),
            _ => return Move::Rough(CUT),
        },
    };
    let usual = if status == StatusCode::TOO_MANY_REQUESTS { RetryAfter::Seconds } else { RetryAfter::Absent };
    let answer = Answer::text(status, "error: this one was to fail\n");
    Move::Answer(answer.retry_after(retry_after.unwrap_or(usual), Duration::ZERO))
}

/// The upstream's answers about itself.
fn about_itself(stage: &Stage, head: &Parts) -> Option<Answer> {
    let path = head.uri.path().strip_prefix("/_tally")?;
    let answer = match (path, head.method == Method::POST) {
        ("", false) => Answer::json(&stage.books.tally()),
        ("/arrivals", false) => Answer::json(&stage.books.arrivals()),
        ("/reset", true) => {
            stage.books.reset();
            Answer::text(StatusCode::OK, "counting anew\n")
        }
        ("/reset", false) => {
            let answer = Answer::text(StatusCode::METHOD_NOT_ALLOWED, "error: resetting takes a POST\n");
            answer.with(ALLOW, HeaderValue::from_static("POST"))
        }
        ("" | "/arrivals", true) => {
            let answer = Answer::text(StatusCode::METHOD_NOT_ALLOWED, "error: reading takes a GET\n");
            answer.with(ALLOW, HeaderValue::from_static("GET"))
        }
        _ => return None,
    };
    Some(answer)
}

/// Everything that HTTP lets through and a terminal might obey: C1 controls, bidi overrides, and in the body
/// anything at all.
fn hostile() -> Answer {
    const BODY: &[u8] = b"\x1b[2J\x1b[31mred\x1b]0;your title is mine\x07\x1b]52;c;b3duZWQ=\x07\x9b5A\
        \r\nover\x08\x08written \0 \xe2\x80\xae txt.exe \xf0\x9f \xff\xfe\n";
    let mut answer = Answer::new(StatusCode::OK, TEXT, Content::Whole(Bytes::from_static(BODY)));
    answer.reason = Some(ReasonPhrase::from_static(b"\x9b31mfine \xe2\x80\xaegnihton\xc2\x9b2J"));
    for (name, value) in [
        ("x-c1", b"\x9b2J and \xc2\x9b31m".as_slice()),
        ("x-bidi", b"\xe2\x80\xaereversed\xe2\x80\x8b".as_slice()),
        ("x-broken-utf8", b"\xff\xc3(".as_slice()),
        ("set-cookie", b"session=\x9d0;title\x9c".as_slice()),
    ] {
        // Only controls below 0x20 would be refused, and there are none.
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
    /// Name and value, in the order of arrival except that equal names stand together.
    headers: Vec<(&'a str, String)>,
    body_bytes: usize,
}

impl<'a> Echo<'a> {
    fn of(head: &'a Parts, body_bytes: usize) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            method: head.method.as_str(),
            path: head.uri.to_string(),
            headers: head.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect(),
            body_bytes,
        }
    }
}

impl Answer {
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

    /// Adds what the client is told about a wait (RFC 9110, section 10.2.3). Never less than the truth.
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

    fn into_response(self, method: &Method, flight: Option<Flight>, line: &Line) -> Response<Reply> {
        let reply = Reply::new(self.content, method, self.status, flight, Rc::clone(&line.landing));
        let mut response = Response::new(reply);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        if let Some(reason) = self.reason {
            response.extensions_mut().insert(reason);
        }
        response
    }
}

/// The first whole second that is at least so many seconds away.
fn date_after(seconds: u64) -> HeaderValue {
    // Dates end with the year 9999; a year of waiting is enough for practice.
    let wait = Duration::from_secs(seconds.min(31_536_000)) + Duration::from_millis(999);
    let date = httpdate::fmt_http_date(SystemTime::now() + wait);
    HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static("soon, perhaps"))
}
