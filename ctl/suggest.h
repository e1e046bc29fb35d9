// "did you mean": the known word that a mistyped one is closest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb::ctl {

// None where no word is close: more than two edits away, or more than half
// of the word. Two letters that changed places are one edit.
std::optional<std::string> Suggest(std::string_view typed,
                                   const std::vector<std::string>& known);

}  // namespace smsweb::ctl
