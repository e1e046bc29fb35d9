// Results to JSON.
#include <unistd.h>

#include <fstream>

#include "bench/results/results_fields.h"

namespace smsweb::bench {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json ToValue(const T& value);

class Writer {
 public:
  void operator()(const char* name, const auto& field) {
    json_[name] = ToValue(field);
  }
  Json Take() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

Json Value(const LatencyHistogram& latency) { return latency.ToText(); }
template <typename Key, typename T>
Json Value(const std::map<Key, T>& map) {
  Json json = Json::object();
  for (const auto& [key, value] : map) {
    if constexpr (std::is_same_v<Key, std::string>) {
      json[key] = value;
    } else {
      json[std::to_string(key)] = value;
    }
  }
  return json;
}
template <typename T>
Json Value(const std::vector<T>& list) {
  Json json = Json::array();
  for (const T& each : list) json.push_back(ToValue(each));
  return json;
}
template <typename T>
Json Value(const std::optional<T>& perhaps) {
  return perhaps ? ToValue(*perhaps) : Json();
}

template <typename T>
Json ToValue(const T& value) {
  if constexpr (requires(Writer writer) { Fields(writer, value); }) {
    Writer writer;
    Fields(writer, value);
    return writer.Take();
  } else if constexpr (requires { Value(value); }) {
    return Value(value);
  } else {
    return value;
  }
}

}  // namespace

Json ToJson(const Results& results) {
  Json json = {{"format", kResultsFormat}};
  json.update(ToValue(results));
  return json;
}

// Whole or not at all: beside it first, then in its place. What is no UTF-8 (of
// a log's lines) is replaced.
Result<void> WriteResults(const Results& results,
                          const std::filesystem::path& file) {
  const std::string beside =
      file.string() + "." + std::to_string(getpid()) + ".new";
  std::ofstream out(beside, std::ios::binary);
  out << ToJson(results).dump(2, ' ', false, Json::error_handler_t::replace)
      << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(beside, file, error);
  if (out && !error) return {};
  std::filesystem::remove(beside, error);
  return Fail(ErrorKind::kUnavailable,
              file.string() +
                  ": can't be written: is there such a folder, may "
                  "it be written to, is the disk full?");
}

}  // namespace smsweb::bench
