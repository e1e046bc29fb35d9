// libfmt, compiled in: what others call in it is found here, and libfmt.so is
// not loaded, nor the libstdc++.so that it wants. Relocating those two and
// libspdlog.so was half of a plain CGI request.
#define FMT_HEADER_ONLY 1
#include <fmt/format.h>

#include <cstdio>
#include <string>

// What the compiler would inline, but callers in other files look for.
template fmt::detail::thousands_sep_result<char>
    fmt::detail::thousands_sep_impl<char>(fmt::detail::locale_ref);
template char fmt::detail::decimal_point_impl<char>(fmt::detail::locale_ref);

namespace smsweb {

// Naming them has the compiler emit them, and all that they call.
[[gnu::used]] std::string (*const kVformat)(fmt::string_view,
                                            fmt::format_args) = fmt::vformat;
[[gnu::used]] void (*const kVprint)(std::FILE*, fmt::string_view,
                                    fmt::format_args) = fmt::vprint;
[[gnu::used]] void (*const kFormatSystemError)(
    fmt::detail::buffer<char>&, int, const char*) = fmt::format_system_error;

}  // namespace smsweb
