// Results from JSON. The first field that is wrong ends it, and is named.
#include <charconv>
#include <limits>

#include "bench/results/results_fields.h"
#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

using Json = nlohmann::ordered_json;

// A value of the document, and where it is: "cases[0].rows[1]".
struct Place {
  const Json& json;
  std::string path;
};

std::string Member(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

class Reader {
 public:
  Reader(const Place& object, std::string& complaint)
      : object_(object), complaint_(complaint) {}

  template <typename T>
  void operator()(const char* name, T& field) {
    if (!complaint_.empty()) return;
    const auto found = object_.json.find(name);
    const std::string path = Member(object_.path, name);
    if (found == object_.json.end()) return Complain(path, "is missing");
    Take({*found, path}, field);
  }

  template <typename T>
  void Take(const Place& from, T& record) {
    if (!from.json.is_object()) return Complain(from.path, "must be an object");
    Reader reader(from, complaint_);
    Fields(reader, record);
  }

 private:
  void Complain(const std::string& path, std::string_view what) {
    if (complaint_.empty()) complaint_ = path + ": " + std::string(what);
  }

  void Take(const Place& from, std::string& text) {
    if (!from.json.is_string()) return Complain(from.path, "must be a text");
    text = from.json.get<std::string>();
  }
  void Take(const Place& from, bool& flag) {
    if (!from.json.is_boolean()) {
      return Complain(from.path, "must be true or false");
    }
    flag = from.json.get<bool>();
  }
  void Take(const Place& from, double& number) {
    if (!from.json.is_number()) return Complain(from.path, "must be a number");
    number = from.json.get<double>();
  }

  template <std::integral T>
  void Take(const Place& from, T& number) {
    const Json& json = from.json;
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<T>(json.get<std::uint64_t>())
                          : json.is_number_integer() &&
                                std::in_range<T>(json.get<std::int64_t>());
    using Limits = std::numeric_limits<T>;
    if (!fits) {
      return Complain(from.path, "must be a whole number from " +
                                     std::to_string(Limits::min()) + " to " +
                                     std::to_string(Limits::max()));
    }
    number = json.get<T>();
  }

  void Take(const Place& from, LatencyHistogram& latency) {
    std::string text;
    Take(from, text);
    if (!complaint_.empty()) return;
    auto read = LatencyHistogram::FromText(text);
    if (!read) return Complain(from.path, read.error().message);
    latency = *std::move(read);
  }

  template <typename T>
  void Take(const Place& from, std::vector<T>& list) {
    if (!from.json.is_array()) return Complain(from.path, "must be a list");
    for (std::size_t i = 0; i < from.json.size(); ++i) {
      Take({from.json[i], from.path + "[" + std::to_string(i) + "]"},
           list.emplace_back());
    }
  }

  template <typename T>
  void Take(const Place& from, std::optional<T>& perhaps) {
    if (!from.json.is_null()) Take(from, perhaps.emplace());
  }

  template <typename Key, typename T>
  void Take(const Place& from, std::map<Key, T>& map) {
    if (!from.json.is_object()) return Complain(from.path, "must be an object");
    for (const auto& [name, value] : from.json.items()) {
      const std::string path = Member(from.path, name);
      Key key{};
      if (!ToKey(name, key)) return Complain(path, "must be a number's name");
      Take({value, path}, map[key]);
    }
  }

  static bool ToKey(const std::string& name, std::string& key) {
    key = name;
    return true;
  }
  static bool ToKey(const std::string& name, int& key) {
    const char* end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data(), end, key);
    return error == std::errc() && stopped == end;
  }

  const Place object_;
  std::string& complaint_;
};

std::unexpected<Error> Wrong(std::string what) {
  return Fail(ErrorKind::kInvalid, std::move(what));
}

Result<void> CheckFormat(const Json& json) {
  if (!json.is_object() || !json.contains("format")) {
    return Wrong("format: is missing: these are no results of smsweb-bench");
  }
  if (json["format"] == kResultsFormat) return {};
  return Wrong("format: must be " + std::to_string(kResultsFormat) +
               ", which is what this smsweb-bench knows; take the one that "
               "wrote the file");
}

}  // namespace

Result<Results> ResultsFromJson(const Json& json) {
  if (auto known = CheckFormat(json); !known) {
    return std::unexpected(known.error());
  }
  Results results;
  std::string complaint;
  const Place whole{json, ""};
  Reader(whole, complaint).Take(whole, results);
  if (!complaint.empty()) return Wrong(std::move(complaint));
  return results;
}

Result<Results> ReadResults(const std::filesystem::path& file) {
  const auto with_file = [&](const Error& error) {
    return Fail(error.kind, file.string() + ": " + error.message);
  };
  const auto text = ReadFile(file);
  if (!text) {
    return with_file(
        {ErrorKind::kNotFound, "can't be read: is there such a file?"});
  }
  const Json json = Json::parse(*text, nullptr, false);
  if (json.is_discarded())
    return with_file({ErrorKind::kInvalid, "is no JSON"});
  auto results = ResultsFromJson(json);
  if (!results) return with_file(results.error());
  return results;
}

}  // namespace smsweb::bench
