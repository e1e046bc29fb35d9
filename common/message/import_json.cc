#include "common/message/import_json.h"

#include <nlohmann/json.hpp>

namespace smsweb {

nlohmann::ordered_json ImportJson(const ImportOutcome& outcome) {
  using Json = nlohmann::ordered_json;
  const ImportProgress& progress = outcome.progress;
  Json json = Json::object();
  if (outcome.batch) json["batch"] = ToString(*outcome.batch);
  json["accepted"] = progress.accepted;
  json["rejected"] = progress.rejected;
  json["lines"] = progress.lines;
  json["finished"] = !outcome.stop;
  json["errors"] = Json::array();
  for (const ImportError& error : progress.errors) {
    json["errors"].push_back({{"line", error.line},
                              {"to", error.to},
                              {"code", error.code},
                              {"detail", error.detail}});
  }
  json["errors_left_out"] = progress.errors_left_out;
  return json;
}

}  // namespace smsweb
