// Bytes from a modem in, events out (ITU-T V.250 § 5.7; 3GPP TS 27.007 § 4).
//
//   parser.ExpectAnswerTo("AT+CREG?");
//   for (const AtEvent& event : parser.Feed(bytes)) ...
//
// Bytes may come in pieces of any size; an event comes as soon as its last byte
// is there. Echo may be on or off at any time. NULs and other control
// characters vanish, as does noise at either end of a line.
//
// What a line is depends on the command that waits for its answer. An
// information line begins with that command's name (27.007 § 4.2); a line that
// begins with another one's came by itself. The final result ends the wait, so
// that whatever follows it in the same piece answers nothing.
//
// A PDU is a line of its own behind the one that announces it (+CMGR, +CMGL,
// +CDS, +CMT); other lines may come in between. The event comes with its PDU.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smsweb {

enum class AtFinal : std::uint8_t {
  kOk,
  kError,     // plain ERROR
  kCmsError,  // `code` where it could be read
  kCmeError,
  kSilence,  // none came in time; never from the parser
};

struct AtEvent {
  enum class Kind : std::uint8_t {
    kFinal,        // ends the command that was waiting; `final`, `code`
    kInformation,  // a line of its answer
    kEcho,         // what was sent, sent back
    kPrompt,       // '>': the modem wants a PDU (27.005 § 4.3)
    kUnsolicited,  // came by itself, or a result that nobody waits for
    kOverlong,     // a line of more than kMaxLine bytes; dropped
  };
  Kind kind;
  AtFinal final = AtFinal::kOk;
  int code = -1;     // of +CMS ERROR or +CME ERROR
  std::string text;  // the line
  std::string pdu;   // the line after +CMGR, +CMGL, +CDS, +CMT or +CBM
};

class AtParser {
 public:
  static constexpr std::size_t kMaxLine = 4096;
  static constexpr std::size_t kMaxHeldBack = 4;      // that wait for their PDU
  static constexpr std::size_t kMaxLinesOfUssd = 32;  // a text of more is cut

  void ExpectAnswerTo(std::string_view command);  // without its CR
  void ExpectEchoOf(std::string_view data);       // the PDU after a prompt
  void ExpectNothing();
  // Lines that begin so come by themselves, whatever waits for its answer: a
  // profile's. It outlives Reset().
  void NeverAnswers(std::vector<std::string> beginnings) {
    never_answers_ = std::move(beginnings);
  }
  std::vector<AtEvent> Feed(std::string_view bytes);
  void Reset();  // a new line: forget all

 private:
  using Events = std::vector<AtEvent>;

  void Byte(char c, Events& events);
  void EndLine(Events& events);
  void Classify(std::string_view line, Events& events);
  bool TakePduLine(std::string_view line, Events& events);
  bool TakeUssdLine(std::string_view line, Events& events);
  void DropAnnouncedAnswers();
  void HoldBack(AtEvent event, Events& events);
  void FlushHeldBack(AtEvent::Kind kind, Events& events);
  void EmitFinal(AtEvent event, Events& events);
  bool IsEcho(std::string_view line) const;
  bool AnswersCommand(std::string_view line) const;

  std::vector<std::string> never_answers_;
  bool waiting_ = false;
  std::string command_;  // that waits for its answer
  std::string name_;     // its name: "+CREG"
  std::string echo_;     // data whose echo may come
  std::string line_;
  bool overlong_ = false;
  std::vector<AtEvent> held_back_;  // +CDS and the like, until its PDU comes
  bool pdu_is_next_ = false;        // the last line was such a one
  std::optional<AtEvent> ussd_;     // +CUSD whose text goes on in other lines
  std::size_t ussd_lines_ = 0;
};

// "+CMS ERROR: 38", "+CME ERROR: 14 (SIM busy)", "ERROR": for a log. Never the
// modem's own words.
std::string DescribeFinal(const AtEvent& final);

// The parameter at `index` (from 0) behind the colon, as a number: 5 of
// "+CMGS: 5", 1 at index 1 of "+CREG: 0,1". None where it is missing, or is
// something else, such as a string in quotes.
std::optional<int> AtNumber(std::string_view line, std::size_t index = 0);
// The same as it stands there, without its quotes; "" where it is missing.
std::string AtText(std::string_view line, std::size_t index = 0);

}  // namespace smsweb
