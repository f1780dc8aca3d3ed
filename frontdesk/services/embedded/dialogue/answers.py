"""Yes or no."""

import re

_YES = re.compile(
    r"\b(yes|yeah|yep|yup|yea|sure|certainly|absolutely|definitely|of course|correct|exactly|indeed|"
    r"ok|okay|alright|"
    r"all right|(?:thats|that is|its|it is|you are|youre) (?:right|correct|it|fine|perfect|good|great)|"
    r"sounds (?:good|great|right|perfect|fine)|looks good|go ahead|please do|perfect|right|great|fine|"
    r"that works|works for me|(?:please )?book it|do it|uh huh|mm ?hm+|why not|id love to|i would|"
    r"i do|i am)\b"
)
_NO = re.compile(
    r"\b(no|nope|nah|not really|not right|not quite|not correct|incorrect|wrong|negative|dont|do not|never|"
    r"its not|thats not|that is not|isnt|nothing|rather not|not now|not today|not interested|uh uh|"
    r"thatll be all|thats all|thats it|that is all|that is it)\b"
)


def find(text: str) -> bool | None:
    """True, False or, when neither was said, None; of both, what was said first ("yes, no problem")."""
    yes, no = _YES.search(text), _NO.search(text)
    if yes and no:
        # "That's not right": the no is part of what looks like a yes.
        return yes.start() < no.start() and not re.match(r"(?:thats|its|that is|it is)\b", yes.group())
    return True if yes else False if no else None
