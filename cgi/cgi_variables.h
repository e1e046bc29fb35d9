// A request from the meta-variables of RFC 3875 § 4.1, which CGI and FastCGI
// share.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cgi/http.h"

namespace smsweb {

// All but the body. A variable that there is none of has no data().
using Variable = std::function<std::string_view(const char* name)>;
Request RequestFromVariables(const Variable& variable);

// Reads the body into `request`: as much as CONTENT_LENGTH says, or, where a
// chunked body came without one, to its end; never much more than the plan
// allows. One that is streamed is left to be read. `read` gives 0 at the end.
using ReadBytes = std::function<std::size_t(char* buffer, std::size_t size)>;
void ReadBody(std::string_view content_length, const PlanBody& plan_body,
              const ReadBytes& read, Request* request);

// Reads what an answer has left of a streamed body, within reason, and keeps
// nothing.
void DiscardRest(const Request& request);

}  // namespace smsweb
