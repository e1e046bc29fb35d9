// Verifications as JSON, as the endpoint and smsweb say and read them.
#pragma once

#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "common/message/field_fault.h"
#include "common/store/verification.h"
#include "common/verify/start.h"

namespace smsweb {

nlohmann::ordered_json VerificationJson(const Verification& verification);
// What a check tells.
nlohmann::ordered_json CheckJson(const Verification& verification);

std::expected<VerificationOrder, FieldFault> OrderFromJson(
    std::string_view body);

// An object of the client's own, as it is kept; "metadata" is at fault else.
std::expected<std::string, FieldFault> MetadataFromJson(std::string_view json);

struct CheckOrder {
  std::string to;  // empty: it was not asked for
  std::string code;
};
// `with_to`: the number is in it, too, and must be.
std::expected<CheckOrder, FieldFault> CheckFromJson(std::string_view body,
                                                    bool with_to);

}  // namespace smsweb
