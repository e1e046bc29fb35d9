// A message as callers write it: as a JSON object, or field by field, where a
// query or a table has them.
#pragma once

#include <cstddef>
#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/message/draft.h"
#include "common/message/field_fault.h"

namespace smsweb {

inline constexpr std::size_t kMostRecipients = 10'000;  // of one list

struct DraftRequest {
  Draft draft;
  // `to` was a list of 1 to kMostRecipients; draft.to is then empty.
  std::optional<std::vector<std::string>> recipients;
};

// `defaults` has what the object does not say.
std::expected<DraftRequest, FieldFault> DraftFromJson(
    std::string_view body, const Draft& defaults = {});

// One field, its value written as a query or a table has it: "60", "true". None
// is wrong where nothing is returned.
std::optional<FieldFault> ReadDraftField(std::string_view name,
                                         std::string_view value, Draft* draft);
bool IsDraftField(std::string_view name);

// What a program is told beside the code: the field, and the limits at fault.
nlohmann::ordered_json DetailsOf(const DraftError& error,
                                 const MessageConfig& config);

}  // namespace smsweb
