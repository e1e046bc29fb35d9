// One request through plain CGI (RFC 3875): variables in the environment, the
// body on standard input, the answer on standard output.
#pragma once

#include "cgi/http.h"

namespace smsweb {

// With its body, unless that is streamed.
Request ReadPlainCgiRequest(const PlanBody& plan_body);

// Writes the whole answer to standard output.
void WritePlainCgiResponse(const Response& response);

}  // namespace smsweb
