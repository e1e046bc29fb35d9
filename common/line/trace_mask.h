// What passes on a line, as lines of text for a person, with nothing personal
// in them: no PIN, no text of a message or of USSD, and of a telephone number
// or a SIM's number the last three digits alone. Pure; traced_line.h puts it
// around a Line.
//
// Bytes may come in pieces of any size: what is written depends on whole lines,
// and an unfinished one is held back. Carriage returns and line feeds are left
// out; other control characters are escaped (\x1A ends a PDU).
//
// Of a PDU the header is kept, and the rest is asterisks, a pair for an octet
// (3GPP TS 23.040 § 9.2.2):
//
//   > 0011000B91************0000A7 (user data: 10 octets)\x1A
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

class TraceMask {
 public:
  // One line, without its end. `direction`: '>' to the modem, '<' from it.
  using Sink = std::function<void(char direction, std::string_view line)>;
  explicit TraceMask(Sink sink) : sink_(std::move(sink)) {}

  void ToModem(std::string_view bytes);
  void FromModem(std::string_view bytes);
  void Finish();  // the line is closed: what is unfinished is written, too

 private:
  // What a line from the modem is part of, until the next command.
  enum class Within {
    kNothing,
    kHeader,  // of +CMGR, +CMT, ...: its PDU or text comes next
    kText,    // a text, of as many lines as it has
  };

  void Commanded();
  void Answered();
  std::string MaskCommand(std::string_view line);
  std::string MaskAnswer(std::string_view line);
  std::string MaskHeader(std::string_view line);
  std::string MaskBehindHeader(std::string_view line);
  std::string MaskUssd(std::string_view line);
  void Remember(std::string_view secret);
  std::string WithoutSecrets(std::string text) const;

  const Sink sink_;
  std::string to_;
  std::string from_;
  Within within_ = Within::kNothing;
  int pdu_length_ = -1;  // what the header says; -1: it is none of a PDU
  std::vector<std::string> secrets_;  // PINs, which an echo may repeat
};

}  // namespace smsweb
