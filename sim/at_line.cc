#include "sim/at_line.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>

namespace smsweb::sim {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// V.250 § 5.4.1, with the '^', '$' and '%' of the makers' own commands.
bool StartsExtended(char c) {
  return std::string_view("+^$%#*_").find(c) != std::string_view::npos;
}
bool IsNameCharacter(char c) {
  return IsLetter(c) || IsDigit(c) ||
         std::string_view("!%-./:_").find(c) != std::string_view::npos;
}

std::string_view TakeWhile(std::string_view& text, bool (*holds)(char)) {
  std::size_t size = 0;
  while (size < text.size() && holds(text[size])) ++size;
  const auto taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

// Up to the ';' that no quotes protect, which goes as well.
std::string_view TakeToSeparator(std::string_view& text) {
  bool quoted = false;
  std::size_t size = 0;
  for (; size < text.size(); ++size) {
    if (text[size] == '"') quoted = !quoted;
    if (text[size] == ';' && !quoted) break;
  }
  const auto taken = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return taken;
}

std::optional<AtCommand> Form(std::string name, std::string_view rest) {
  if (rest.empty()) return AtCommand{std::move(name), AtForm::kExecute, ""};
  if (rest == "?") return AtCommand{std::move(name), AtForm::kRead, ""};
  if (rest == "=?") return AtCommand{std::move(name), AtForm::kTest, ""};
  if (rest.front() != '=') return std::nullopt;
  return AtCommand{std::move(name), AtForm::kSet, std::string(rest.substr(1))};
}

std::optional<AtCommand> TakeExtended(std::string_view& line) {
  const char sign = line.front();
  line.remove_prefix(1);
  std::string name = sign + UpperCase(TakeWhile(line, IsNameCharacter));
  if (name.size() == 1) return std::nullopt;
  return Form(std::move(name), TakeToSeparator(line));
}

std::optional<AtCommand> TakeRegister(std::string_view& line) {
  std::string name = "S" + std::string(TakeWhile(line, IsDigit));
  std::string_view value;
  if (line.starts_with("=?")) {
    value = line.substr(0, 2);
  } else if (line.starts_with('?')) {
    value = line.substr(0, 1);
  } else if (line.starts_with('=')) {
    auto digits = line.substr(1);
    value = line.substr(0, 1 + TakeWhile(digits, IsDigit).size());
  }
  line.remove_prefix(value.size());
  return Form(std::move(name), value);
}

std::optional<AtCommand> TakeBasic(std::string_view& line) {
  std::string name;
  if (line.front() == '&' || line.front() == '\\') {
    name = line.front();
    line.remove_prefix(1);
  }
  if (line.empty() || !IsLetter(line.front())) return std::nullopt;
  name += UpperCase(line.substr(0, 1));
  line.remove_prefix(1);
  if (name == "S") return TakeRegister(line);
  if (name == "D") {
    return AtCommand{name, AtForm::kExecute,
                     std::string(TakeToSeparator(line))};
  }
  return AtCommand{std::move(name), AtForm::kExecute,
                   std::string(TakeWhile(line, IsDigit))};
}

// Spaces outside quotes mean nothing (V.250 § 5.2.1).
std::string WithoutSpaces(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c != ' ' || quoted) out += c;
  }
  return out;
}

}  // namespace

std::string UpperCase(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::optional<std::vector<AtCommand>> ParseLine(std::string_view line) {
  const std::string text = WithoutSpaces(line);
  std::string_view rest = text;
  std::vector<AtCommand> commands;
  while (!rest.empty()) {
    if (rest.front() == ';') {
      rest.remove_prefix(1);
      continue;
    }
    auto command =
        StartsExtended(rest.front()) ? TakeExtended(rest) : TakeBasic(rest);
    if (!command) return std::nullopt;
    commands.push_back(std::move(*command));
  }
  return commands;
}

std::optional<int> Argument::Number() const {
  int number = 0;
  const char* const end = value.data() + value.size();
  const auto read = std::from_chars(value.data(), end, number);
  if (quoted || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<std::vector<Argument>> ParseArguments(std::string_view text) {
  std::vector<Argument> arguments;
  while (!text.empty() || !arguments.empty()) {
    Argument argument;
    if (text.starts_with('"')) {
      const auto end = text.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      argument = {std::string(text.substr(1, end - 1)), true};
      text.remove_prefix(end + 1);
    } else {
      argument.value = text.substr(0, text.find(','));
      text.remove_prefix(argument.value.size());
    }
    arguments.push_back(std::move(argument));
    if (text.empty()) break;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
  return arguments;
}

}  // namespace smsweb::sim
