// What an answer that is not 2xx complains of, in a few words to count it by.
#pragma once

#include <string>
#include <string_view>

namespace smsweb::bench {

// The `code` of a problem+json body (RFC 9457), else its title, else the title
// of an HTML page, else the first words of the body; "503, no body" where there
// is none. `body` may be cut off. At most 60 bytes, printable.
std::string NameProblem(int status, std::string_view body);

}  // namespace smsweb::bench
