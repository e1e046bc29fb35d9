#include "cgi/store_problem.h"

namespace smsweb {

Response StoreProblem(const Error& error, const nlohmann::ordered_json& more) {
  return error.kind == ErrorKind::kInternal
             ? Problem(500, "internal", error.message, more)
             : Problem(503, "store_unavailable", error.message, more);
}

Response LookupProblem(const Error& error, std::string_view not_found) {
  return error.kind == ErrorKind::kNotFound
             ? Problem(404, not_found, error.message)
             : StoreProblem(error);
}

}  // namespace smsweb
