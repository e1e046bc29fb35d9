#include "cgi/idempotency.h"

#include <optional>
#include <utility>

#include "common/message/intake.h"

namespace smsweb {
namespace {

constexpr std::string_view kLocation = "Location";

// RFC 9651 § 3.3.3: what is between the quotes.
std::optional<std::string> Unquote(std::string_view text) {
  if (text.size() < 2 || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    plain += text[i];
  }
  return plain;
}

std::string_view MediaType(std::string_view content_type) {
  return content_type.substr(0, content_type.find_first_of("; \t"));
}

}  // namespace

std::expected<std::string, Response> IdempotencyKeyOf(const Request& request) {
  if (!request.idempotency_key) return std::string();
  const std::string& header = *request.idempotency_key;
  auto key = header.starts_with('"') ? Unquote(header) : std::optional(header);
  if (key && IsIdempotencyKey(*key)) return std::move(*key);
  return std::unexpected(
      Problem(400, "invalid_idempotency_key",
              "an Idempotency-Key has 1 to 255 visible ASCII characters"));
}

Digest256 FingerprintOf(const Request& request, std::string_view body) {
  return Blake2b({request.method, request.path, MediaType(request.content_type),
                  request.query, body});
}

// The location, a line break, the body.
std::string KeptAnswer(const Response& response) {
  std::string kept;
  for (const auto& [name, value] : response.headers) {
    if (name == kLocation) kept = value;
  }
  return (kept += '\n') += response.body;
}

Response ReplayedAnswer(std::string_view kept) {
  const auto end = std::min(kept.find('\n'), kept.size());
  Response response{202,
                    {{"Content-Type", "application/json"}},
                    std::string(kept.substr(std::min(end + 1, kept.size())))};
  response.headers.emplace_back(kLocation, kept.substr(0, end));
  response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

Response KeyReused() {
  return Problem(422, "idempotency_key_reused",
                 "this Idempotency-Key was used for another request: take a "
                 "new one");
}

}  // namespace smsweb
