// The command line of "smsweb pdu": PDUs by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/pdu/text_coding.h"

namespace CLI {
class App;
}

namespace smsweb::ctl {

enum class PduDirection : std::uint8_t { kGuess, kFromModem, kToModem };

struct PduDecodeOptions {
  std::string hex;  // spaces may be in it; "-": from standard input
  PduDirection direction = PduDirection::kGuess;
  // What AT+CMGS, +CMT or +CMGR said: octets without the SMSC prefix. It tells
  // whether there is one.
  std::optional<int> length;
};

struct PduEncodeOptions {
  std::string to;
  std::string text;  // "-": from standard input
  std::string smsc;
  std::optional<int> message_class;
  bool report = false;
  std::optional<std::chrono::seconds> validity;
  std::vector<Language> languages;
  std::optional<Alphabet> alphabet;
  std::optional<int> port;
  int reference = 0;  // of the concatenation; above 255: one of 16 bits
  bool transliterate = false;
};

// The commands, as they are added to the line, and what was typed.
class PduCommands {
 public:
  explicit PduCommands(CLI::App& app);

  const CLI::App* group() const { return group_; }
  std::optional<PduDecodeOptions> Decode() const;  // none: it was not named
  std::optional<PduEncodeOptions> Encode() const;

 private:
  void AddDecode();
  void AddEncode();

  CLI::App* group_ = nullptr;
  CLI::App* decode_ = nullptr;
  CLI::App* encode_ = nullptr;
  PduDecodeOptions decode_options_;
  std::vector<std::string> hex_;
  PduEncodeOptions encode_options_;
  bool from_modem_ = false;
  bool to_modem_ = false;
  std::optional<std::int64_t> validity_;
  std::string alphabet_;
  std::vector<std::string> languages_;
};

}  // namespace smsweb::ctl
