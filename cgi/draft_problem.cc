#include "cgi/draft_problem.h"

#include <nlohmann/json.hpp>

namespace smsweb {

Response ProblemOf(const DraftError& error, const MessageConfig& config,
                   const DraftFieldNames& names) {
  const auto code = ToString(error.problem);
  if (error.problem == DraftProblem::kInternal) {
    return Problem(500, code, error.message);
  }
  std::string_view field = FieldOf(error);
  if (field == "to") field = names.to;
  if (field == "text") field = names.text;
  nlohmann::ordered_json more = {{"field", field}};
  if (error.problem == DraftProblem::kTooManyParts) {
    more["parts"] = error.parts;
    more["max_parts"] = config.max_parts;
  }
  if (error.opens_at) more["opens_at"] = FormatRfc3339(*error.opens_at);
  return Problem(422, code, error.message, more);
}

Response ProblemOf(const FieldFault& fault) {
  if (!fault.field.empty()) {
    return FieldProblem(fault.code, fault.field, fault.detail);
  }
  return Problem(400, fault.code, fault.detail);
}

}  // namespace smsweb
