// User verification: POST /v1/verifications, GET and DELETE
// /v1/verifications/{id}, POST /v1/verifications/{id}/checks and
// /v1/verifications/checks.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cgi/api.h"

namespace smsweb {

// `rest`: what of the path is behind "/v1/verifications".
Step Verifications(const Request& request, std::string_view rest,
                   const Client& client, const ApiTools& tools);

// For the other door, too: what is asked, and how the answer to it looks. What
// fails is a problem in any case.
template <typename Outcome>
using Show = std::function<Response(const Outcome& outcome)>;

Step StartVerification(const VerificationOrder& order, const Client& client,
                       const ApiTools& tools, Show<StartOutcome> show);

struct CheckedCode {
  std::optional<Uuid> id;  // none: the last one for `to`
  std::string to;
  std::string code;
};
Step CheckVerification(const CheckedCode& asked, const Client& client,
                       const ApiTools& tools, Show<CheckOutcome> show);
Step EndVerification(const Uuid& id, VerificationState to, const Client& client,
                     const ApiTools& tools, Show<EndOutcome> show);
std::expected<Verification, Response> FindVerification(const Uuid& id,
                                                       const Client& client,
                                                       const ApiTools& tools);

Response NoVerification();
// None: verifications can be had.
std::optional<Response> VerificationsOff(const ApiTools& tools);

}  // namespace smsweb
