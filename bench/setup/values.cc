#include "bench/setup/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// Whether the text goes on in the same word before or behind the value.
bool IsPartOfMore(std::string_view line, std::size_t place,
                  const std::string& value) {
  const std::size_t end = place + value.size();
  const bool before = place > 0 && IsWord(line[place - 1]);
  const bool behind = end < line.size() && IsWord(line[end]);
  return (before && IsWord(value.front())) || (behind && IsWord(value.back()));
}

// The longest value that stands there.
const Value* ValueAt(std::string_view line, std::size_t place,
                     const Values& values) {
  const Value* longest = nullptr;
  for (const Value& value : values) {
    if (line.substr(place).starts_with(value.shipped) &&
        !IsPartOfMore(line, place, value.shipped) &&
        (!longest || value.shipped.size() > longest->shipped.size())) {
      longest = &value;
    }
  }
  return longest;
}

bool IsComment(std::string_view line) {
  const auto start = line.find_first_not_of(" \t");
  return start != line.npos && (line[start] == '#' || line[start] == ';');
}

std::string ReplacedLine(std::string_view line, const Values& values,
                         std::set<std::string>& found) {
  if (IsComment(line)) return std::string(line);
  std::string made;
  for (std::size_t place = 0; place < line.size();) {
    if (const Value* value = ValueAt(line, place, values)) {
      found.insert(value->shipped);
      made += value->here;
      place += value->shipped.size();
    } else {
      made += line[place++];
    }
  }
  return made;
}

Result<void> CheckFound(const Values& values,
                        const std::set<std::string>& found,
                        const std::filesystem::path& folder) {
  const auto lost = std::ranges::find_if(values, [&](const Value& value) {
    return !found.contains(value.shipped);
  });
  if (lost == values.end()) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("{} no longer says \"{}\", which is replaced for a "
                          "set-up: bench/setup has to follow it",
                          folder.string(), lost->shipped));
}

}  // namespace

std::string Replaced(std::string_view text, const Values& values,
                     std::set<std::string>& found) {
  std::string made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    made += ReplacedLine(text.substr(0, end), values, found);
    if (end < text.size()) made += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

Result<void> CopyReplaced(const std::vector<std::filesystem::path>& files,
                          const std::filesystem::path& to, const Values& values,
                          const PrivateFolder& target) {
  std::set<std::string> found;
  for (const auto& file : files) {
    const auto text = ReadFile(file);
    if (!text) return std::unexpected(text.error());
    const auto done =
        target.Write(to / file.filename(), Replaced(*text, values, found));
    if (!done) return done;
  }
  return CheckFound(values, found, files.front().parent_path());
}

}  // namespace smsweb::bench
