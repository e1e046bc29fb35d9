// What is wrong with one field of what somebody wrote.
#pragma once

#include <string>

namespace smsweb {

struct FieldFault {
  std::string code;    // stable, for programs: "out_of_range"
  std::string field;   // empty: it is the whole that is wrong
  std::string detail;  // for a person; never the text
};

}  // namespace smsweb
