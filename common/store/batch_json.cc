#include "common/store/batch_json.h"

#include <nlohmann/json.hpp>

namespace smsweb {

nlohmann::ordered_json BatchJson(const Batch& batch) {
  nlohmann::ordered_json json = {
      {"id", ToString(batch.id)},
      {"created_at", FormatRfc3339(batch.created_at)},
      {"accepted", batch.accepted},
      {"rejected", batch.rejected},
      {"finished", batch.finished}};
  if (batch.lines > 0) json["lines"] = batch.lines;
  json["states"] = nlohmann::ordered_json::object();
  for (const auto& [state, count] : batch.states) {
    json["states"][std::string(ToString(state))] = count;
  }
  return json;
}

}  // namespace smsweb
