// Who a message goes to: turns what a caller wrote into E.164 or a short code.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/number/number_checker.h"

namespace smsweb {

// A longer memory than the process has; see common/store/known_numbers.h. Both
// may be empty. It is asked, and told, until the checker is loaded: then it
// would save nothing.
struct NumberMemory {
  std::function<std::optional<std::string>(std::string_view input)> find;
  std::function<void(std::string_view input, std::string_view e164)> remember;
};

class RecipientParser {
 public:
  RecipientParser(std::string default_region,
                  std::vector<std::string> short_codes, NumberRule rule,
                  NumberCheckerFactory factory, NumberMemory memory = {});

  // kInvalid, with the reason, for what can't be sent to; kInternal where the
  // checker can't be had. Not to be used from two threads at once.
  Result<std::string> Parse(std::string_view input);

 private:
  struct Remembered {
    std::string input;
    std::string e164;
  };
  // Resends go to the same number again: the last few are kept.
  static constexpr std::size_t kSlots = 1024;

  Result<std::string> Check(std::string_view input);

  std::string default_region_;
  std::vector<std::string> short_codes_;
  NumberRule rule_;
  NumberCheckerFactory factory_;
  NumberMemory memory_;
  std::unique_ptr<NumberChecker> checker_;
  std::vector<Remembered> recent_;
};

// With libphonenumber, by the rules of the configuration.
RecipientParser MakeRecipientParser(const MessageConfig& config,
                                    NumberMemory memory = {});

}  // namespace smsweb
