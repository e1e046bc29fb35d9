// A request from the meta-variables of RFC 3875 § 4.1, which CGI and FastCGI
// share.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cgi/http.h"

namespace smsweb {

// All but the body.
using Variable = std::function<std::string_view(const char* name)>;
Request RequestFromVariables(const Variable& variable);

// Reads the body into `request`: as much as CONTENT_LENGTH says, or, where a
// chunked body came without one, to its end; never much more than `max_body`.
// `read` gives 0 at the end.
using ReadBytes = std::function<std::size_t(char* buffer, std::size_t size)>;
void ReadBody(std::string_view content_length, std::size_t max_body,
              const ReadBytes& read, Request* request);

}  // namespace smsweb
