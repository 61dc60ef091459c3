module vi-du/dich-vu

go 1.25
