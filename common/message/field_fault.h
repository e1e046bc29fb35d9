// What is wrong with one field of what somebody wrote.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smsweb {

struct FieldFault {
  std::string code;    // stable, for programs: "out_of_range"
  std::string field;   // empty: it is the whole that is wrong
  std::string detail;  // for a person; never the text
};

// Of what somebody wrote, so much is told again: its first 40 bytes.
inline std::string Shown(std::string_view written) {
  constexpr std::size_t kMostShown = 40;
  return std::string(written.substr(0, kMostShown));
}

}  // namespace smsweb
