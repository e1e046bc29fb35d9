// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a request that
// is made again is answered as before, and does nothing.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "cgi/http.h"
#include "common/base/digest.h"

namespace smsweb {

// The key of the header's value, which may stand in quotes, as the draft has
// it, or bare; empty: there was no header.
std::expected<std::string, Response> IdempotencyKeyOf(const Request& request);

// Tells requests apart: by method, path, media type, query and body. `body` is
// the whole, or what there is of it.
Digest256 FingerprintOf(const Request& request, std::string_view body);

// An answer as the store keeps it, and what it is again.
std::string KeptAnswer(const Response& response);
Response ReplayedAnswer(std::string_view kept);

Response KeyReused();

}  // namespace smsweb
