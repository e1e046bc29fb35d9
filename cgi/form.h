// application/x-www-form-urlencoded: queries and form bodies (WHATWG URL § 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

class Form {
 public:
  // Never fails: what is no escape stands for itself.
  static Form Parse(std::string_view encoded);

  // The first value of that name.
  std::optional<std::string> Find(std::string_view name) const;
  std::vector<std::string> Names() const;

 private:
  struct Field {
    std::string name;
    std::string value;
  };
  std::vector<Field> fields_;
};

// "%41" -> "A"; '+' stays.
std::string PercentDecode(std::string_view text);

}  // namespace smsweb
