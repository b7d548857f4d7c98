//! Errors as the API server says them: a `Status` object.

use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::kinds::Res;
use super::protobuf;
use crate::sim::server::{self, Body};

/// A refusal of the API server.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    details: Option<Value>,
}

pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            details: None,
        }
    }

    fn about(mut self, res: Res, name: &str) -> Self {
        let mut details = json!({ "kind": res.info().plural });
        if !name.is_empty() {
            details["name"] = name.into();
        }
        if !res.info().group.is_empty() {
            details["group"] = res.info().group.into();
        }
        self.details = Some(details);
        self
    }

    pub fn not_found(res: Res, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", res.info().qualified());
        Self::new(404, "NotFound", message).about(res, name)
    }

    pub fn already_exists(res: Res, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", res.info().qualified());
        Self::new(409, "AlreadyExists", message).about(res, name)
    }

    pub fn conflict(res: Res, name: &str, why: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} \"{name}\": {why}",
            res.info().qualified()
        );
        Self::new(409, "Conflict", message).about(res, name)
    }

    pub fn modified(res: Res, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(res, name, why)
    }

    /// 422; `field` is the path, `problem` what is wrong with it.
    pub fn invalid(res: Res, name: &str, field: &str, problem: &str) -> Self {
        let info = res.info();
        let kind = if info.group.is_empty() {
            info.kind.to_owned()
        } else {
            format!("{}.{}", info.kind, info.group)
        };
        let message = format!("{kind} \"{name}\" is invalid: {field}: {problem}");
        let mut error = Self::new(422, "Invalid", message).about(res, name);
        if let Some(details) = &mut error.details {
            details["kind"] = info.kind.into();
            details["causes"] =
                json!([{ "reason": "FieldValueInvalid", "message": problem, "field": field }]);
        }
        error
    }

    /// 422 of a JSON patch whose test fails: the server says no more than this.
    pub fn rejected_patch() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::new(422, "Invalid", message)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn forbidden(res: Res, name: &str, why: &str) -> Self {
        let subject = if name.is_empty() {
            res.info().qualified()
        } else {
            format!("{} \"{name}\"", res.info().qualified())
        };
        Self::new(403, "Forbidden", format!("{subject} is forbidden: {why}")).about(res, name)
    }

    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    pub fn too_old(asked: u64, floor: u64) -> Self {
        Self::expired(format!("too old resource version: {asked} ({floor})"))
    }

    /// 404 of a path in a group the server has, where there is no such resource or version.
    pub fn no_such_resource() -> Self {
        let message = "the server could not find the requested resource";
        let mut error = Self::new(404, "NotFound", message);
        error.details = Some(json!({}));
        error
    }

    pub fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message)
    }

    pub fn not_acceptable() -> Self {
        let message = "only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io";
        Self::new(406, "NotAcceptable", message)
    }

    pub fn unsupported_media(message: &str) -> Self {
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// 429 of an eviction that a disruption budget forbids.
    pub fn disruption(budget: &str, needed: i64, healthy: i64) -> Self {
        let mut error = Self::new(
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
        );
        error.details = Some(json!({ "causes": [{
            "reason": "DisruptionBudget",
            "message": format!("The disruption budget {budget} needs {needed} healthy pods and has {healthy} currently"),
        }] }));
        error
    }

    /// An error known by its code only: for injected faults.
    pub fn plain(code: StatusCode, message: &str) -> Self {
        let reason = match code.as_u16() {
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "NotFound",
            410 => "Expired",
            429 => "TooManyRequests",
            503 => "ServiceUnavailable",
            504 => "Timeout",
            _ => "InternalError",
        };
        Self::new(code.as_u16(), reason, message)
    }

    /// The `Status` object.
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        });
        if let Some(details) = &self.details {
            status["details"] = details.clone();
        }
        status
    }

    pub fn response(&self, as_protobuf: bool) -> Response<Body> {
        let code = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = if as_protobuf {
            server::typed(code, protobuf::MEDIA, protobuf::status(&self.status()))
        } else {
            server::json(code, &self.status())
        };
        if code == StatusCode::TOO_MANY_REQUESTS {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response
    }
}
