#include "cgi/draft_problem.h"

#include <nlohmann/json.hpp>

#include "common/message/draft_json.h"

namespace smsweb {

Response ProblemOf(const DraftError& error, const MessageConfig& config,
                   const DraftFieldNames& names) {
  const auto code = ToString(error.problem);
  if (error.problem == DraftProblem::kInternal) {
    return Problem(500, code, error.message);
  }
  auto more = DetailsOf(error, config);
  if (more["field"] == "to") more["field"] = names.to;
  if (more["field"] == "text") more["field"] = names.text;
  return Problem(422, code, error.message, more);
}

Response ProblemOf(const FieldFault& fault) {
  // A field may be the one whose name is empty.
  if (!fault.field.empty() || fault.code == "unknown_field") {
    return FieldProblem(fault.code, fault.field, fault.detail);
  }
  return Problem(400, fault.code, fault.detail);
}

}  // namespace smsweb
