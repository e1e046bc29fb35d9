// A command line as ITU-T V.250 § 5.2 has it, taken apart: "ATE0V1+CMEE=1;+CSQ"
// is four commands. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb::sim {

enum class AtForm : std::uint8_t {
  kExecute,  // +CSQ, E0
  kRead,     // +CMGF?
  kTest,     // +CMGF=?
  kSet,      // +CMGF=0
};

struct AtCommand {
  std::string name;  // upper case: "+CMGF", "E", "&F", "S7"
  AtForm form;
  std::string arguments;  // of kSet; of a basic command, its number
};

// `line` is what stands behind "AT". Nothing where it can't be read.
std::optional<std::vector<AtCommand>> ParseLine(std::string_view line);

// One parameter of a list, with the quotes gone.
struct Argument {
  std::string value;
  bool quoted = false;
  bool empty() const { return value.empty() && !quoted; }

  // A decimal number without quotes.
  std::optional<int> Number() const;
};

// `1,"a,b",,2` is four; an empty string is none. Nothing where a quote is left
// open or something follows it.
std::optional<std::vector<Argument>> ParseArguments(std::string_view text);

std::string UpperCase(std::string_view text);

}  // namespace smsweb::sim
