// Whether a request can be sent as it is written: for a plan of a load, and for
// a file that names one. Each function tells what is wrong; empty: nothing.
#pragma once

#include <string>
#include <string_view>

namespace smsweb::bench {

std::string WhyNotMethod(std::string_view method);
std::string WhyNotTarget(std::string_view target);  // path and query
// Of a header that the load does not write itself. Never tells the value, which
// may be secret.
std::string WhyNotHeader(std::string_view name, std::string_view value);
std::string WhyNotBody(std::string_view body);

// Fits into one line of a request, at the end of it.
bool IsLine(std::string_view text);

}  // namespace smsweb::bench
