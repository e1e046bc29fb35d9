#include "cgi/cgi_variables.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "cgi/form.h"

namespace smsweb {
namespace {

// SCRIPT_NAME and PATH_INFO together are the path of the URI; where they are
// divided differs from server to server. A program that is called by its own
// name, as in /cgi-bin/smsweb-cgi/v1/messages, is the root of its paths.
std::string PathOf(const Variable& variable) {
  const std::string_view script = variable("SCRIPT_NAME");
  const std::string_view info = variable("PATH_INFO");
  if (script.ends_with("/smsweb-cgi")) return std::string(info);
  // Some servers put the whole path in both.
  std::string path(script);
  if (info != script) path += info;
  if (!path.empty()) return path;
  const std::string_view uri = variable("REQUEST_URI");
  return PercentDecode(uri.substr(0, uri.find('?')));
}

constexpr std::size_t kMostDiscarded = 128 << 20;  // web servers pass less

// Reads on after `seen` bytes, to `size` in all, and keeps nothing. A web
// server that is still writing a body when its program turns away sees a broken
// pipe, and answers 502, or nothing, in place of the program's 413.
void Discard(const ReadBytes& read, std::size_t seen, std::size_t size) {
  char buffer[8192];
  while (seen < std::min(size, kMostDiscarded)) {
    const std::size_t got = read(buffer, std::min(sizeof(buffer), size - seen));
    if (got == 0) return;
    seen += got;
  }
}

// None: nothing is declared. What is no number is more than all.
std::optional<std::size_t> ReadLength(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::size_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return number ? value : std::numeric_limits<std::size_t>::max();
}

}  // namespace

Request RequestFromVariables(const Variable& variable) {
  Request request;
  request.method = variable("REQUEST_METHOD");
  request.path = PathOf(variable);
  request.query = variable("QUERY_STRING");
  request.content_type = variable("CONTENT_TYPE");
  request.remote_address = variable("REMOTE_ADDR");
  request.authorization = variable("HTTP_AUTHORIZATION");
  const std::string_view key = variable("HTTP_IDEMPOTENCY_KEY");
  if (key.data() != nullptr) request.idempotency_key = key;
  return request;
}

void ReadBody(std::string_view content_length, const PlanBody& plan_body,
              const ReadBytes& read, Request* request) {
  const auto declared = request->length = ReadLength(content_length);
  const BodyPlan plan = plan_body(*request);
  if (plan.streamed) {
    request->stream = read;
    return;
  }
  const std::size_t max_body = plan.most;
  const std::size_t wanted =
      std::min(declared.value_or(max_body + 1), max_body + 1);
  std::string& body = request->body;
  while (body.size() < wanted) {
    char buffer[8192];
    const std::size_t got =
        read(buffer, std::min(sizeof(buffer), wanted - body.size()));
    if (got == 0) break;
    body.append(buffer, got);
  }
  if (body.size() > max_body || (declared && *declared > max_body)) {
    request->body_state = Request::BodyState::kTooLarge;
    Discard(read, body.size(), declared.value_or(kMostDiscarded));
  } else if (declared && body.size() < *declared) {
    request->body_state = Request::BodyState::kCutShort;
  }
}

void DiscardRest(const Request& request) {
  if (request.stream) Discard(request.stream, 0, kMostDiscarded);
}

}  // namespace smsweb
