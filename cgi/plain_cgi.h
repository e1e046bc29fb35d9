// One request through plain CGI (RFC 3875): variables in the environment, the
// body on standard input, the answer on standard output.
#pragma once

#include <cstddef>

#include "cgi/http.h"

namespace smsweb {

// Reads the body to its end, or to CONTENT_LENGTH, at most `max_body` bytes.
Request ReadPlainCgiRequest(std::size_t max_body);

// Writes the whole answer to standard output.
void WritePlainCgiResponse(const Response& response);

}  // namespace smsweb
