// Names of set-ups that stand for something everywhere; and so in results.json.
#pragma once

#include <string_view>

namespace smsweb::bench {

// smsweb as it is shipped.
inline constexpr std::string_view kShippedDesign = "nginx-fastcgi";
// What it is compared with. It knows no status reports, and always starts its
// daemon.
inline constexpr std::string_view kPapersDesign = "paper";

}  // namespace smsweb::bench
