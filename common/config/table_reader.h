// Reads one TOML table key by key, remembers which keys it was asked for, and
// gathers every error with file, line and key. For the readers of TOML alone:
// common/config and common/profile.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

// Header-only, in this one place: one library less to load when a web server
// starts a program for each request.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace smsweb {

class ErrorList {
 public:
  explicit ErrorList(std::string file) : file_(std::move(file)) {}
  void Add(const toml::source_region& where, std::string_view what) {
    lines_.push_back(fmt::format("{}:{}: {}", file_, where.begin.line, what));
  }
  bool empty() const { return lines_.empty(); }
  std::string Text() const {
    return fmt::format("{}", fmt::join(lines_, "\n"));
  }

 private:
  std::string file_;
  std::vector<std::string> lines_;
};

class TableReader {
 public:
  // `name` is how errors call the table: "endpoint", "modem[0]"; "" for a
  // whole file.
  TableReader(const toml::table* table, std::string name, ErrorList& errors)
      : table_(table), name_(std::move(name)), errors_(errors) {}

  void Read(std::string_view key, std::string* out) {
    if (const auto* node = Find(key)) {
      const auto value = node->value_exact<std::string>();
      if (value && !value->contains('\0')) {
        *out = *value;
      } else {
        Wrong(*node, key, value ? "has a NUL" : "takes a string");
      }
    }
  }

  void Read(std::string_view key, bool* out) {
    if (const auto* node = Find(key)) {
      if (const auto value = node->value_exact<bool>()) {
        *out = *value;
      } else {
        Wrong(*node, key, "takes true or false");
      }
    }
  }

  void Read(std::string_view key, double* out, double min, double max) {
    const auto* node = Find(key);
    if (!node) return;
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value || !(*value >= min && *value <= max)) {
      Wrong(*node, key, fmt::format("takes a number from {} to {}", min, max));
      return;
    }
    *out = *value;
  }

  template <typename Integer>
  void Read(std::string_view key, Integer* out, std::int64_t min,
            std::int64_t max, std::string_view unit = "") {
    const auto* node = Find(key);
    if (!node) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < min || *value > max) {
      Wrong(*node, key,
            fmt::format("takes a whole number{}{} from {} to {}",
                        unit.empty() ? "" : " of ", unit, min, max));
      return;
    }
    *out = Integer(*value);
  }

  void ReadSeconds(std::string_view key, std::chrono::seconds* out,
                   std::int64_t min, std::int64_t max) {
    Read(key, out, min, max, "seconds");
  }

  void Read(std::string_view key, std::vector<std::string>* out) {
    if (const auto* node = Find(key)) ReadList(*node, key, out);
  }

  void Read(std::string_view key, std::vector<std::int64_t>* out,
            std::int64_t min, std::int64_t max) {
    const auto* node = Find(key);
    if (!node) return;
    const auto* array = node->as_array();
    out->clear();
    for (std::size_t i = 0; array && i < array->size(); ++i) {
      const auto value = array->get(i)->value_exact<std::int64_t>();
      out->push_back(value.value_or(min - 1));
    }
    const auto fits = [&](auto value) { return value >= min && value <= max; };
    if (!array || !std::ranges::all_of(*out, fits)) {
      Wrong(
          *node, key,
          fmt::format("takes a list of whole numbers from {} to {}", min, max));
    }
  }

  // A table whose keys are the file's own, each with a list of strings.
  void ReadLists(std::string_view key,
                 std::map<std::string, std::vector<std::string>>* out) {
    const auto* node = Find(key);
    if (!node) return;
    const auto* table = node->as_table();
    if (!table) {
      Wrong(*node, key, "takes a table of lists: { \"...\" = [\"...\"] }");
      return;
    }
    out->clear();
    for (const auto& [name, list] : *table) {
      ReadList(list, key, &(*out)[std::string(name.str())]);
    }
  }

  // A table within this one; its keys are read as those of any other.
  TableReader ReadTable(std::string_view key) {
    const auto* node = Find(key);
    const auto* table = node ? node->as_table() : nullptr;
    if (node && !table) Wrong(*node, key, "takes a table");
    return TableReader(table, Path(key), errors_);
  }

  // Of a table whose keys are the file's own.
  std::vector<std::string> Keys() const {
    std::vector<std::string> keys;
    if (!table_) return keys;
    for (const auto& [key, node] : *table_) keys.emplace_back(key.str());
    return keys;
  }

  // Null: the key is absent, or no list of tables, which has been reported.
  const toml::array* ReadTables(std::string_view key) {
    const auto* node = Find(key);
    if (!node) return nullptr;
    const auto* array = node->as_array();
    if (array && array->is_homogeneous<toml::table>()) return array;
    Wrong(*node, key, "takes a list of tables");
    return nullptr;
  }

  // One of ReadTables(), by its place.
  TableReader Entry(std::string_view key, std::size_t place) const {
    const auto* array = table_->get_as<toml::array>(key);
    return TableReader(array->get_as<toml::table>(place),
                       fmt::format("{}[{}]", Path(key), place), errors_);
  }

  // Where `key` is, for errors that are found later; 0: it is absent.
  int LineOf(std::string_view key) const {
    const auto* node = table_ ? table_->get(key) : nullptr;
    return node ? static_cast<int>(node->source().begin.line) : 0;
  }

  // For a check that only the caller can make; blames the line of `key`.
  void Refuse(std::string_view key, std::string_view why) {
    const auto* node = table_ ? table_->get(key) : nullptr;
    const auto where = node     ? node->source()
                       : table_ ? table_->source()
                                : toml::source_region{};
    errors_.Add(where, fmt::format("{}: {}", Path(key), why));
  }

  // Call last: whatever was not asked for is unknown.
  void RefuseUnknownKeys() {
    if (!table_) return;
    for (const auto& [key, node] : *table_) {
      if (asked_.contains(std::string(key.str()))) continue;
      errors_.Add(key.source(),
                  fmt::format("{}: unknown key; known here: {}",
                              Path(key.str()), fmt::join(asked_, ", ")));
    }
  }

 private:
  const toml::node* Find(std::string_view key) {
    asked_.emplace(key);
    return table_ ? table_->get(key) : nullptr;
  }

  void ReadList(const toml::node& node, std::string_view key,
                std::vector<std::string>* out) {
    const auto* array = node.as_array();
    if (!array) {
      Wrong(node, key, "takes a list of strings: [\"...\", \"...\"]");
      return;
    }
    out->clear();
    for (const auto& element : *array) {
      if (const auto value = element.value_exact<std::string>()) {
        out->push_back(*value);
      } else {
        Wrong(element, key, "takes a list of strings: [\"...\", \"...\"]");
      }
    }
  }

  void Wrong(const toml::node& node, std::string_view key,
             std::string_view what) {
    errors_.Add(node.source(), fmt::format("{}: {}", Path(key), what));
  }

  std::string Path(std::string_view key) const {
    return fmt::format("{}{}{}", name_, name_.empty() ? "" : ".", key);
  }

  const toml::table* table_;  // null: the table is absent, defaults stand
  std::string name_;
  ErrorList& errors_;
  std::set<std::string> asked_;
};

}  // namespace smsweb
